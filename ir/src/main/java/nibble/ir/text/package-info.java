/**
 * The text form: {@code parse(print(m))} is {@code m}, locations included. Both directions read an op's attributes from
 * its record, so an op has no syntax code of its own. Text that is not of this form, however mangled, is refused with
 * an {@link nibble.ir.diagnostic.InputException} that names the place.
 *
 * <pre>
 * module    := 'module' '@' name '{' ('symbol' word ['min' int] ['multiple' 'of' int])* function* '}'
 * function  := 'func' '@' name '(' [arg (',' arg)*] ')' '{' operation* 'return' [values] '}' [loc]
 * operation := [values '='] op [values] ['{' word '=' attribute (',' ...)* '}'] region* [':' type (',' type)*] [loc]
 * region    := 'do' '(' [arg (',' arg)*] ')' '{' operation* 'yield' [values] '}'
 * arg       := '%' name ':' type
 * values    := '%' name (',' '%' name)*
 * type      := 'tensor' '&lt;' shape 'x' word [',' scale] [',' residual] [',' sparse] '&gt;' | a type of a dialect
 * shape     := '[' [extent (',' extent)*] ']'
 * scale     := 'scale' '&lt;' word [int | '(' int (',' int)* ')'] ',' word [',' word] [',' scale] [',' 'zero' word]
 * '&gt;' residual  := 'residual' '&lt;' word '&gt;' sparse    := 'sparse' '&lt;' int (':' int)* '&gt;' extent    :=
 * ['-'] product (('+' | '-') product)* product   := factor ('*' factor)* factor    := int | word | '(' extent ')' |
 * 'ceil' '(' extent '/' int ')' attribute := int | real | 'true' | 'false' | string | word ['(' int (',' int)* ')'] |
 * extent | shape | type | '[' [attribute (',' ...)*] ']' loc       := 'loc' '(' ('unknown' | string ':' int ':' int)
 * ['in' (path | string)] ')'
 * </pre>
 *
 * <p>The operands of an operation stand on the line of its name. {@code //} starts a comment.
 */
package nibble.ir.text;
