/**
 * Symbolic shapes. An extent ({@link nibble.ir.shape.Dim}) is an integer polynomial over symbols in normal form, so
 * that equality is that of the text and a difference can be shown. What is known of a symbol, its least value and a
 * divisor, is {@link nibble.ir.shape.SymbolBounds}; the rule by which shapes broadcast is
 * {@link nibble.ir.shape.Broadcast}.
 */
package nibble.ir.shape;
