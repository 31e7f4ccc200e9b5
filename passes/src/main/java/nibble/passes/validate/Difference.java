package nibble.passes.validate;

import java.util.Arrays;
import java.util.Optional;
import nibble.ir.TensorType;

/**
 * An element that is farther from what it was than is allowed.
 *
 * @param at its index along each axis
 * @param before the value before the pass
 * @param after the value after the pass
 * @param allowed the bound of their distance
 */
public record Difference(int[] at, double before, double after, double allowed) {
  /**
   * The first element that differs too much. A finite value may differ by its bound; an infinity or NaN must stay what
   * it is, and a finite value may become neither, unless its bound is infinite.
   *
   * @param bound for each element; NaN counts as infinite
   */
  static Optional<Difference> first(TensorType type, double[] before, double[] after, double[] bound) {
    for (int i = 0; i < before.length; i++) {
      if (!isAllowed(before[i], after[i], bound[i])) {
        return Optional.of(new Difference(index(i, type.shape().extents()), before[i], after[i], bound[i]));
      }
    }
    return Optional.empty();
  }

  private static boolean isAllowed(double before, double after, double bound) {
    if (Double.compare(before, after) == 0) {
      return true;
    }
    if (!Double.isFinite(before)) {
      return false;
    }
    boolean unbounded = Double.isNaN(bound) || Double.isInfinite(bound);
    return unbounded || (Double.isFinite(after) && Math.abs(before - after) <= bound);
  }

  private static int[] index(int element, int[] extents) {
    int[] at = new int[extents.length];
    int rest = element;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      at[axis] = rest % extents[axis];
      rest /= extents[axis];
    }
    return at;
  }

  /** {@code at [1, 2]: 0.5 before, 0.7 after, 1.1E-16 allowed}. */
  public String text() {
    return "at " + Arrays.toString(at) + ": " + before + " before, " + after + " after, " + allowed + " allowed";
  }
}
