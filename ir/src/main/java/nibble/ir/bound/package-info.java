/**
 * Running error analysis: a value and a bound of its error are carried through the ops of a kernel together, as in
 * Higham, "Accuracy and Stability of Numerical Algorithms", section 3.3. The bound is a theorem about the kernel as the
 * {@link nibble.ir.bound.ErrorModel} describes its arithmetic; nothing in it is tuned.
 *
 * <p>Each rule has the form {@code |f'(x') - f(x)| <= |f'(x') - f(x')| + |f(x') - f(x)|}: the error of the kernel's
 * function f' at its own argument x', as the model gives it for the largest magnitude that may occur, and how far f
 * carries the error of the argument. To the first belong the roundings of f64 that the exact value has itself
 * ({@link nibble.ir.bound.ErrorModel#REFERENCE}), and where a value is stored, that of its format. What may leave the
 * range of f32 or of its format, lies near a pole or depends on a comparison that may go either way across one has the
 * bound infinity, which says that nothing is known ({@link nibble.ir.bound.Approximate}).
 */
package nibble.ir.bound;
