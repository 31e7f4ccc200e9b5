package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.eval.Tensor.ScaleGrid;

/**
 * The least, the largest and the largest magnitude of each box of elements that share a scale; NaN where a box has one.
 */
final class BoxExtremes {
  private BoxExtremes() {}

  static double[] magnitudes(double[] elements, ScaleGrid grid) {
    double[] largest = new double[grid.boxes()];
    grid.forEachRunInOrder((from, to, box) -> {
      double most = largest[box];
      for (int i = from; i < to; i++) {
        most = Math.max(most, Math.abs(elements[i]));
      }
      largest[box] = most;
    });
    return largest;
  }

  /** The least elements; 0 where all are larger. */
  static double[] least(double[] elements, ScaleGrid grid) {
    return most(Arrays.stream(elements).map(x -> -x).toArray(), grid, -1);
  }

  /** The largest elements; 0 where all are less. */
  static double[] most(double[] elements, ScaleGrid grid) {
    return most(elements, grid, 1);
  }

  private static double[] most(double[] elements, ScaleGrid grid, double sign) {
    double[] largest = new double[grid.boxes()];
    grid.forEachRunInOrder((from, to, box) -> {
      double most = largest[box];
      for (int i = from; i < to; i++) {
        most = Math.max(most, elements[i]);
      }
      largest[box] = most;
    });
    Arrays.setAll(largest, box -> sign * largest[box]);
    return largest;
  }
}
