/**
 * Running error analysis: a value and a bound of its error are carried through the ops of a kernel together, as in
 * Higham, "Accuracy and Stability of Numerical Algorithms", section 3.3. The bound is a theorem about the kernel as the
 * {@link nibble.ir.bound.ErrorModel} describes its arithmetic; nothing in it is tuned.
 */
package nibble.ir.bound;
