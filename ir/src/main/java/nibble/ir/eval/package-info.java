/**
 * The reference interpreter and the tensors it computes with. It is what kernels are proven against, so it is plain:
 * loops in f64, parallel over rows, no other cleverness.
 */
package nibble.ir.eval;
