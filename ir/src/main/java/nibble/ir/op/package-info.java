/**
 * The built-in ops: one record in one file each, with its type rule, its meaning and the bound of its error.
 * Elementwise ops broadcast ({@link nibble.ir.shape.Broadcast}).
 *
 * <p>Floats are computed in f64 here and in f32 by kernels. Integers are exact and wrap, as in kernels. Truth values
 * are 0 and 1; they are compared, combined and selected by, but not computed with. NaN follows IEEE 754: what is
 * computed from one is one, comparisons with it are false but {@code ne}, and the lesser and the greater of it and a
 * number are it.
 */
package nibble.ir.op;
