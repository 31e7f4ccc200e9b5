/**
 * The reference interpreter and the tensors it computes with. It is what kernels are proven against, so it is plain:
 * loops in f64, parallel over rows, no other cleverness.
 *
 * <p>In exact mode formats matter where numbers are quantized and nowhere else; in faithful mode every value is rounded
 * to its type. Sums are in an unspecified order, so results of floats agree with another implementation up to rounding,
 * and with themselves bit for bit, on however many cores.
 */
package nibble.ir.eval;
