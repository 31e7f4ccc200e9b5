package nibble.ir.bound;

import nibble.ir.eval.Tensor;

/**
 * A tensor as a kernel computes it: the exact value and a bound of the distance of the kernel's value from it.
 *
 * <p>What the bound of an element says of the kernel's value:
 *
 * <table>
 * <caption>Meaning of a bound</caption>
 * <tr><th>exact value</th><th>bound</th><th>kernel's value</th></tr>
 * <tr><td>finite</td><td>finite</td><td>finite, at most so far away</td></tr>
 * <tr><td>infinite</td><td>finite</td><td>the same infinity</td></tr>
 * <tr><td>any</td><td>infinite</td><td>anything, NaN included: <em>unbounded</em></td></tr>
 * </table>
 *
 * <p>A bound is never NaN, and that of an exact NaN is infinite: nothing is accepted because a comparison with NaN is
 * false.
 *
 * @param exact what interpretation in f64 gives
 * @param error bound for each element, in units of the value (a code times its scale, for scaled types)
 */
public record Approximate(Tensor exact, double[] error) {
  public Approximate {
    if (error.length != exact.size()) {
      throw new IllegalArgumentException(error.length + " bounds for " + exact.type());
    }
    error = checked(exact, error);
  }

  private static double[] checked(Tensor exact, double[] error) {
    // A code is a number where its scale is none.
    double[] values = exact.type().isScaled() ? exact.values() : exact.elements();
    double[] checked = error;
    for (int i = 0; i < error.length; i++) {
      if (error[i] < 0) {
        throw new IllegalArgumentException("a bound of " + error[i]);
      }
      if (Double.isNaN(error[i]) || Double.isNaN(values[i])) {
        checked = checked == error ? error.clone() : checked;
        checked[i] = Double.POSITIVE_INFINITY;
      }
    }
    return checked;
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

  /** Whether the bound of an element says anything. */
  public boolean isBounded(int index) {
    return Double.isFinite(error[index]);
  }

  /**
   * Compares what a kernel computed.
   *
   * @param computed a tensor of the same type
   */
  public Verdict judge(Tensor computed) {
    if (!computed.type().equals(exact.type())) {
      throw new IllegalArgumentException(computed.type() + " is compared with " + exact.type());
    }
    double[] expected = exact.values();
    double[] actual = computed.values();
    int unbounded = 0;
    int outside = 0;
    int worst = -1;
    double worstRatio = -1;
    for (int i = 0; i < expected.length; i++) {
      if (!isBounded(i)) {
        unbounded++;
        continue;
      }
      double distance = expected[i] == actual[i] ? 0 : Math.abs(expected[i] - actual[i]);
      // A distance of NaN or infinity is not within a finite bound.
      boolean within = distance <= error[i];
      outside += within ? 0 : 1;
      double ratio = within ? (distance == 0 ? 0 : distance / error[i]) : Double.POSITIVE_INFINITY;
      if (ratio > worstRatio) {
        worst = i;
        worstRatio = ratio;
      }
    }
    double distance = worst < 0 || expected[worst] == actual[worst] ? 0 : Math.abs(expected[worst] - actual[worst]);
    return new Verdict(expected.length, unbounded, outside, worst, distance, worst < 0 ? 0 : error[worst]);
  }

  /**
   * How a kernel's values lie to their bounds.
   *
   * @param elements how many there are
   * @param unbounded how many have no bound, so that nothing is proven of them
   * @param outside how many are farther from the exact value than their bound
   * @param worst index of the first that is outside, else of the one nearest to its bound; -1 where none has a bound
   * @param distance how far that one is from the exact value; NaN where it is NaN
   * @param bound the bound of that one
   */
  public record Verdict(int elements, int unbounded, int outside, int worst, double distance, double bound) {
    /** Whether every element has a bound and is within it. */
    public boolean isProven() {
      return unbounded == 0 && outside == 0;
    }
  }
}
