package nibble.ir.eval;

/** How the interpreter treats formats. */
public enum Mode {
  /** Everything in f64; formats are honoured at quantize ops only. What the model means. */
  EXACT,
  /** Every value is rounded to its type, as kernels do where they store it. */
  FAITHFUL
}
