package nibble.engine.compare;

import java.util.Arrays;
import nibble.ir.eval.Tensor;

/**
 * Cosines of the rows of two tensors, such as of embeddings; a row lies along the last axis.
 *
 * @param mean of all rows
 * @param least of all rows
 */
public record RowCosines(double mean, double least) {
  /** Of tensors of the same shape. */
  public static RowCosines of(Tensor reference, Tensor other) {
    double[] cosines = each(reference, other);
    double sum = 0;
    double least = 1;
    for (double cosine : cosines) {
      sum += cosine;
      // A NaN is the least.
      least = Math.min(least, cosine);
    }
    return new RowCosines(cosines.length == 0 ? 1 : sum / cosines.length, least);
  }

  /** That of each row. A row of zeros has cosine 1 with itself and 0 with others. */
  public static double[] each(Tensor reference, Tensor other) {
    double[] x = reference.values();
    double[] y = other.values();
    int[] extents = reference.extents();
    int length = extents.length == 0 ? 1 : Math.max(1, extents[extents.length - 1]);
    double[] cosines = new double[x.length / length];
    Arrays.setAll(cosines, row -> cosine(x, y, row * length, (row + 1) * length));
    return cosines;
  }

  private static double cosine(double[] x, double[] y, int from, int to) {
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = from; i < to; i++) {
      xx += x[i] * x[i];
      yy += y[i] * y[i];
      xy += x[i] * y[i];
    }
    if (xx == 0 || yy == 0) {
      return xx == yy ? 1 : 0;
    }
    return xy / Math.sqrt(xx * yy);
  }
}
