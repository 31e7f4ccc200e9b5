package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.bound.Approximate;
import nibble.ir.eval.Tensor;

/**
 * How a tensor of a kernel compares with the exact one.
 *
 * @param maxError the largest distance of an element from the exact value, among those that have a bound
 * @param bound the bound of that element's error
 * @param tightness the largest share of its bound that the error of an element takes up; at most 1 where all are inside
 * @param unbounded how many elements have no bound, so that nothing is proven of them
 * @param fault the first element outside its bound; where there is none, the first that has no bound
 */
public record ElementCheck(double maxError, double bound, double tightness, int unbounded, Optional<Fault> fault) {
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
      String values = "element " + coordinates + " is " + actual + ", exact is " + exact;
      return bound == Double.POSITIVE_INFINITY
          ? values + ", and no bound of their distance is known"
          : values + ", off by " + Math.abs(actual - exact) + " where at most " + bound + " is possible";
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
    int unbounded = 0;
    int firstUnbounded = -1;
    int firstOutside = -1;
    for (int i = 0; i < exact.length; i++) {
      if (!expected.isBounded(i)) {
        firstUnbounded = unbounded++ == 0 ? i : firstUnbounded;
        continue;
      }
      double error = distance(exact[i], values[i]);
      if (error > maxError) {
        maxError = error;
        boundThere = bounds[i];
      }
      firstOutside = error > bounds[i] && firstOutside < 0 ? i : firstOutside;
      tightness = Math.max(tightness, error == 0 ? 0 : error / bounds[i]);
    }
    int first = firstOutside < 0 ? firstUnbounded : firstOutside;
    Optional<Fault> fault = first < 0
        ? Optional.empty()
        : Optional.of(new Fault(coordinates(first, actual.extents()), exact[first], values[first], bounds[first]));
    return new ElementCheck(maxError, boundThere, tightness, unbounded, fault);
  }

  /** The distance of two values; equal infinities have none, and NaN is infinitely far from anything. */
  private static double distance(double exact, double actual) {
    double distance = Math.abs(exact - actual);
    return exact == actual ? 0 : Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
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
