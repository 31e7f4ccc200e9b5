/**
 * The text form: {@code parse(print(m))} is {@code m}, locations included. Both directions read an op's attributes from
 * its record, so an op has no syntax code of its own.
 *
 * <pre>
 * module   := 'module' '@' name '{' ('symbol' name ['min' int] ['multiple' 'of' int])* function* '}'
 * function := 'func' '@' name '(' [arg (',' arg)*] ')' '{' operation* 'return' [values] '}' [loc]
 * operation:= [values '='] op [values] ['{' name '=' attribute (',' ...)* '}'] region* [':' type (',' type)*] [loc]
 * region   := 'do' '(' [arg (',' arg)*] ')' '{' operation* 'yield' [values] '}'
 * arg      := '%' name ':' type
 * </pre>
 */
package nibble.ir.text;
