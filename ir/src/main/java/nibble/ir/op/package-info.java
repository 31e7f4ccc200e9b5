/**
 * The built-in ops: one record in one file each, with its type rule, its meaning and the bound of its error.
 * Elementwise ops broadcast ({@link nibble.ir.shape.Broadcast}).
 */
package nibble.ir.op;
