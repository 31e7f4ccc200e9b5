/** Symbolic shapes: dimensions are integer polynomials over symbols, equal exactly when their text is equal. */
package nibble.ir.shape;
