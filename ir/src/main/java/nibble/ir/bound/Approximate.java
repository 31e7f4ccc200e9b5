package nibble.ir.bound;

import nibble.ir.eval.Tensor;

/**
 * A tensor as a kernel computes it: the exact value and a bound of the distance of the kernel's value from it.
 *
 * @param exact what interpretation in f64 gives
 * @param error bound for each element, in units of the value (a code times its scale, for scaled types)
 */
public record Approximate(Tensor exact, double[] error) {
  public Approximate {
    if (error.length != exact.size()) {
      throw new IllegalArgumentException(error.length + " bounds for " + exact.type());
    }
  }

  /** A value that both sides are given: no error. */
  public static Approximate given(Tensor exact) {
    return new Approximate(exact, new double[exact.size()]);
  }

  public boolean isExact() {
    for (double bound : error) {
      if (bound != 0) {
        return false;
      }
    }
    return true;
  }
}
