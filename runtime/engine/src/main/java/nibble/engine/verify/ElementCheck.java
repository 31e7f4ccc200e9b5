package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.bound.Approximate;
import nibble.ir.eval.Tensor;

/**
 * How a tensor of a kernel compares with the exact one.
 *
 * @param maxError the largest distance of an element from the exact value
 * @param bound the bound of that element's error
 * @param tightness the largest share of its bound that the error of an element takes up; at most 1 where all are inside
 * @param fault the first element outside its bound
 */
public record ElementCheck(double maxError, double bound, double tightness, Optional<Fault> fault) {
  /**
   * An element outside its bound.
   *
   * @param coordinates where in the tensor
   * @param exact the exact value
   * @param actual the kernel's value
   * @param bound the bound of their distance
   */
  public record Fault(ImmutableList<Integer> coordinates, double exact, double actual, double bound) {
    @Override
    public String toString() {
      return "element " + coordinates + " is " + actual + ", exact is " + exact + ", off by "
          + Math.abs(actual - exact) + " where at most " + bound + " is possible";
    }
  }

  /** Compares each element with its own bound. */
  public static ElementCheck of(Approximate expected, Tensor actual) {
    double[] exact = expected.exact().values();
    double[] values = actual.values();
    double[] bounds = expected.error();
    double maxError = 0;
    double boundThere = 0;
    double tightness = 0;
    Optional<Fault> fault = Optional.empty();
    for (int i = 0; i < exact.length; i++) {
      double error = distance(exact[i], values[i]);
      if (error > maxError || Double.isNaN(error)) {
        maxError = error;
        boundThere = bounds[i];
      }
      // An unbounded element proves nothing, so it counts as a failure.
      boolean inside = error <= bounds[i] && bounds[i] < Double.POSITIVE_INFINITY;
      if (!inside && fault.isEmpty()) {
        fault = Optional.of(new Fault(coordinates(i, actual.extents()), exact[i], values[i], bounds[i]));
      }
      tightness = Math.max(tightness, error == 0 ? 0 : error / bounds[i]);
    }
    return new ElementCheck(maxError, boundThere, tightness, fault);
  }

  /** The distance of two values; equal infinities and two NaNs have none. */
  private static double distance(double exact, double actual) {
    boolean same = Double.compare(exact, actual) == 0 || exact == actual;
    double distance = Math.abs(exact - actual);
    return same ? 0 : Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
  }

  private static ImmutableList<Integer> coordinates(int index, int[] extents) {
    Integer[] coordinates = new Integer[extents.length];
    int rest = index;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      coordinates[axis] = rest % extents[axis];
      rest /= extents[axis];
    }
    return ImmutableList.copyOf(coordinates);
  }
}
