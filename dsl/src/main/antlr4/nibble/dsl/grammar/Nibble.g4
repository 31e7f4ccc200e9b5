/**
 * The tensor language. docs/language.md explains every construct; this file is its exact syntax.
 *
 * Words such as `size`, `weight` and `min` are keywords only where a declaration may begin or a clause expects them,
 * and names elsewhere (rule `name`). Text that no rule takes still becomes a token, so that the lexer never fails.
 */
grammar Nibble;

options { superClass = BoundedParser; }

file : item* EOF ;

item
  : importFile
  | model
  | block
  | function
  | sizes
  | constant
  | recipe
  ;

importFile : 'import' STRING ;

// Models and blocks

model : 'model' name STRING? '{' member* '}' ;

block : 'block' name ('<' name (',' name)* ','? '>')? STRING? '{' member* '}' ;

member
  : sizes
  | constant
  | weight
  | instance
  | function
  ;

sizes : 'size' size (',' size)* ;

size : name ('=' sizeExpression | ('min' INTEGER)? ('multiple' 'of' INTEGER)?) ;

constant : 'let' name '=' expression ;

weight : 'weight' name ':' type ('=' STRING)? ;

instance : name ('[' name 'in' range ']')? ':' name sizeArguments? ('at' STRING)? ;

sizeArguments : '<' sizeExpression (',' sizeExpression)* ','? '>' ;

range : sizeExpression '..' sizeExpression ;

// Functions

function : 'private'? 'fn' name '(' (parameter (',' parameter)* ','?)? ')' ('->' result)? '{' statement* '}' ;

parameter : name ':' type ;

result : type | '(' type (',' type)* ','? ')' ;

type : name ('[' (extent (',' extent)* ','?)? ']')? precision* ;

precision : name '(' (expression (',' expression)* ','?)? ')' ;

extent : '..' name? | sizeExpression ;

sizeExpression
  : '(' sizeExpression ')'                                    # SizeParenthesised
  | INTEGER                                                   # SizeInteger
  | name '(' sizeExpression ')'                               # SizeCall
  | name                                                      # SizeName
  | '-' sizeExpression                                        # SizeNegative
  | sizeExpression operator=('*' | '/' | '%') sizeExpression  # SizeBinary
  | sizeExpression operator=('+' | '-') sizeExpression        # SizeBinary
  ;

/** What stands between braces in the text of a weight's name. */
hole : sizeExpression EOF ;

// Statements

statement
  : 'let' targets (':' type)? '=' expression                  # Let
  | 'var' targets (':' type)? '=' expression                  # Var
  | name (',' name)* operator=('=' | '+=' | '-=' | '*=' | '/=') expression  # Assign
  | 'for' name 'in' range '{' statement* '}'                  # For
  | 'return' expression (',' expression)*                     # Return
  | expression                                                # Bare
  ;

targets : name (',' name)* | '(' name (',' name)* ','? ')' ;

// Expressions, the tightest binding first

expression
  : '(' expression (',' expression)* ','? ')'                 # Parenthesised
  | '[' (expression (',' expression)* ','?)? ']'              # Array
  | 'rearrange' '(' expression ',' axis* '->' axis* (',' argument)* ','? ')'  # Rearrange
  | INTEGER                                                   # Integer
  | REAL                                                      # Real
  | STRING                                                    # Text
  | ('true' | 'false')                                        # Truth
  | name                                                      # Named
  | expression '(' (argument (',' argument)* ','?)? ')'       # Call
  | expression '[' subscript (',' subscript)* ','? ']'        # Index
  | expression '.' name                                       # Selection
  | <assoc = right> expression operator='**' expression       # Binary
  | '-' expression                                            # Negative
  | expression 'as' name                                      # Cast
  | expression operator=('*' | '/' | '%' | '@') expression    # Binary
  | expression operator=('+' | '-') expression                # Binary
  | expression operator=('<' | '<=' | '>' | '>=' | '==' | '!=') expression  # Binary
  | 'not' expression                                          # Not
  | expression operator='and' expression                      # Binary
  | expression operator='or' expression                       # Binary
  | 'if' expression 'then' expression 'else' expression       # Conditional
  ;

argument : (name '=')? expression ;

subscript
  : 'new'                                                     # NewAxis
  | '..'                                                      # OtherAxes
  | from=expression (':' to=expression? (':' step=expression?)?)?  # IndexOrSlice
  | ':' to=expression? (':' step=expression?)?                # SliceFromStart
  ;

axis
  : name                                                      # NamedAxis
  | INTEGER                                                   # UnitAxis
  | '..'                                                      # EllipsisAxis
  | '(' axis* ')'                                             # JoinedAxis
  ;

// Recipes

recipe : 'recipe' dashedName STRING? ('extends' dashedName)? '{' clause* '}' ;

clause : dashedName (path (',' path)*)? '{' (option (',' option)* ','?)? '}' ;

path : pathPart ('.' pathPart)* ;

pathPart
  : ('*' | '**' | name | '{' name (',' name)* ','? '}') ('[' ('*' | INTEGER) ']')*
  ;

option : dashedName '=' optionValue ;

optionValue : optionAtom (':' optionAtom)* ;

optionAtom
  : '-'? (INTEGER | REAL)
  | STRING
  | ('true' | 'false')
  | dashedName ('(' (setting (',' setting)* ','?)? ')')?
  | '[' (optionValue (',' optionValue)* ','?)? ']'
  ;

setting : (dashedName '=')? optionValue ;

// Options may ask a question: if-pays.
dashedName : ('if' '-')? name ('-' name)* ;

// Names

name
  : NAME
  | 'at'
  | 'block'
  | 'extends'
  | 'min'
  | 'model'
  | 'multiple'
  | 'of'
  | 'private'
  | 'recipe'
  | 'size'
  | 'weight'
  ;

AND : 'and' ;
AS : 'as' ;
AT : 'at' ;
BLOCK : 'block' ;
ELSE : 'else' ;
EXTENDS : 'extends' ;
FALSE : 'false' ;
FN : 'fn' ;
FOR : 'for' ;
IF : 'if' ;
IMPORT : 'import' ;
IN : 'in' ;
LET : 'let' ;
MIN : 'min' ;
MODEL : 'model' ;
MULTIPLE : 'multiple' ;
NEW : 'new' ;
NOT : 'not' ;
OF : 'of' ;
OR : 'or' ;
PRIVATE : 'private' ;
REARRANGE : 'rearrange' ;
RECIPE : 'recipe' ;
RETURN : 'return' ;
SIZE : 'size' ;
THEN : 'then' ;
TRUE : 'true' ;
VAR : 'var' ;
WEIGHT : 'weight' ;

ADD_ASSIGN : '+=' ;
SUBTRACT_ASSIGN : '-=' ;
MULTIPLY_ASSIGN : '*=' ;
DIVIDE_ASSIGN : '/=' ;
ARROW : '->' ;
ELLIPSIS : '..' ;
POWER : '**' ;
LESS_EQUAL : '<=' ;
GREATER_EQUAL : '>=' ;
EQUAL : '==' ;
NOT_EQUAL : '!=' ;
LESS : '<' ;
GREATER : '>' ;
ASSIGN : '=' ;
PLUS : '+' ;
MINUS : '-' ;
STAR : '*' ;
SLASH : '/' ;
PERCENT : '%' ;
MATMUL : '@' ;
DOT : '.' ;
COMMA : ',' ;
COLON : ':' ;
OPEN_PARENTHESIS : '(' ;
CLOSE_PARENTHESIS : ')' ;
OPEN_BRACKET : '[' ;
CLOSE_BRACKET : ']' ;
OPEN_BRACE : '{' ;
CLOSE_BRACE : '}' ;

NAME : [A-Za-z_] [A-Za-z0-9_]* ;
INTEGER : DIGITS ;
REAL : DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT ;
STRING : '"' (~["\\\n] | '\\' ~'\n')* '"' ;

fragment DIGITS : [0-9] ([0-9_]* [0-9])? ;
fragment EXPONENT : [eE] [+-]? [0-9]+ ;

COMMENT : '//' ~'\n'* -> channel(HIDDEN) ;
BLANK : [ \t\n\f\r\u00A0\uFEFF]+ -> skip ;

UNCLOSED_STRING : '"' (~["\\\n] | '\\' ~'\n')* '\\'? ;
STRAY : . ;
