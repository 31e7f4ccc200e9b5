/*
 * PTX, all of its syntax. An instruction is a dotted name and operands; what the dotted name may be is no matter of the
 * grammar but of the instruction table. So the grammar is small, every decision needs one token, and a new instruction
 * never touches it.
 */
grammar Ptx;

module
    : directive* EOF
    ;

directive
    : VERSION number
    | TARGET NAME (',' NAME)*
    | ADDRESS_SIZE number
    | linkage* (function | variable ';')
    | ALIAS NAME ',' NAME ';'
    | fileEntry
    | section
    | pragma
    ;

linkage
    : EXTERN
    | VISIBLE
    | WEAK
    | COMMON
    ;

// Functions

function
    : (ENTRY | FUNC) WORD* parameters? NAME parameters? tuning* (body | ';')
    ;

parameters
    : '(' (parameter (',' parameter)*)? ')'
    ;

parameter
    : (PARAM | REG) qualifier* declarator?
    ;

tuning
    : WORD (INTEGER (',' INTEGER)*)?
    | pragma
    ;

body
    : '{' statement* '}'
    ;

// Statements

statement
    : guard? named
    | variable ';'
    | body
    | location
    | pragma
    | fileEntry
    | section
    | ';'
    ;

guard
    : '@' '!'? (NAME | DOTTED)
    ;

// A label, or an instruction.
named
    : NAME (':' target? | modifier* operands? ';')
    | DOTTED modifier* operands? ';'
    ;

// Those that stand apart from the opcode.
modifier
    : WORD
    | space
    ;

target
    : CALLPROTOTYPE parameters? NAME parameters? tuning* ';'
    | (BRANCHTARGETS | CALLTARGETS) NAME (',' NAME)* ';'
    ;

operands
    : operand (',' operand)*
    ;

// Variables

variable
    : space qualifier* declarator (',' declarator)*
    ;

space
    : REG
    | SREG
    | CONST
    | GLOBAL
    | LOCAL
    | PARAM
    | SHARED
    | TEX
    ;

qualifier
    : WORD
    | ALIGN INTEGER
    | ATTRIBUTE '(' WORD ('(' INTEGER (',' INTEGER)* ')')? (',' WORD)* ')'
    | space
    ;

declarator
    : NAME ('<' INTEGER '>')? dimension* ('=' initialiser)?
    ;

dimension
    : '[' operand? ']'
    ;

initialiser
    : '{' (initialiser (',' initialiser)*)? '}'
    | operand
    ;

// Operands and constant expressions. Precedence is settled by the reader: a flat list is quicker to parse.

operand
    : unary (binaryOperator unary)* ('?' operand ':' operand)?
    ;

unary
    : ('-' | '+' | '!' | '~')* primary
    ;

primary
    : NAME ('(' operand ')')?
    | DOTTED
    | number ('(' operand ')')?
    | '[' operands ']'
    | '{' operands? '}'
    | '(' (operands | WORD)? ')' primary?
    ;

binaryOperator
    : '|' | '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '^' | '&&' | '||'
    | '==' | '!=' | '<' | '<=' | '>' | '>='
    ;

number
    : INTEGER
    | FLOAT
    ;

// Debugging information

location
    : LOC INTEGER INTEGER INTEGER (',' NAME (NAME ('+' INTEGER)? | INTEGER+))*
    ;

fileEntry
    : FILE INTEGER STRING (',' INTEGER ',' INTEGER)?
    ;

section
    : SECTION WORD '{' ~'}'* '}'
    ;

pragma
    : PRAGMA STRING (',' STRING)* ';'
    ;

// Tokens

VERSION       : '.version' ;
TARGET        : '.target' ;
ADDRESS_SIZE  : '.address_size' ;
EXTERN        : '.extern' ;
VISIBLE       : '.visible' ;
WEAK          : '.weak' ;
COMMON        : '.common' ;
ENTRY         : '.entry' ;
FUNC          : '.func' ;
ALIAS         : '.alias' ;
REG           : '.reg' ;
SREG          : '.sreg' ;
CONST         : '.const' ;
GLOBAL        : '.global' ;
LOCAL         : '.local' ;
PARAM         : '.param' ;
SHARED        : '.shared' ;
TEX           : '.tex' ;
ALIGN         : '.align' ;
ATTRIBUTE     : '.attribute' ;
CALLPROTOTYPE : '.callprototype' ;
BRANCHTARGETS : '.branchtargets' ;
CALLTARGETS   : '.calltargets' ;
LOC           : '.loc' ;
FILE          : '.file' ;
SECTION       : '.section' ;
PRAGMA        : '.pragma' ;

FLOAT
    : '0' [fF] HEX HEX HEX HEX HEX HEX HEX HEX
    | '0' [dD] HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX HEX
    | DIGIT+ '.' DIGIT* EXPONENT?
    | DIGIT+ EXPONENT
    ;

INTEGER
    : ('0' [xX] HEX+ | '0' [bB] [01]+ | DIGIT+) 'U'?
    ;

WORD   : '.' PART ;
DOTTED : IDENTIFIER ('.' PART)+ ;
NAME   : IDENTIFIER ;
STRING : '"' ~["\r\n]* '"' ;

SPACE         : [ \t\r\n]+ -> skip ;
LINE_COMMENT  : '//' ~[\n]* -> skip ;
BLOCK_COMMENT : '/*' .*? '*/' -> skip ;
DWARF_LINE    : '@@' ~[\n]* -> skip ;
UNKNOWN       : . ;

fragment IDENTIFIER : [a-zA-Z] FOLLOW* | [_$%] FOLLOW* ;
fragment FOLLOW     : [a-zA-Z0-9_$] ;
fragment PART       : FOLLOW+ ('::' FOLLOW+)* ;
fragment EXPONENT   : [eE] [+-]? DIGIT+ ;
fragment DIGIT      : [0-9] ;
fragment HEX        : [0-9a-fA-F] ;
