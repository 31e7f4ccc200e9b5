package nibble.ir.sparsity;

import java.util.Arrays;

/**
 * The projection of S-STE onto 2:4, which is continuous in the weights ("S-STE: Continuous Pruning Function for
 * Efficient 2:4 Sparse Pre-training", section 4): of each group of four all magnitudes shrink by the second smallest,
 * and what would be negative is zero. A factor, found once for a tensor, makes up for what they lose.
 */
public final class ContinuousProjection {
  /** Elements of a group. */
  public static final int GROUP = 4;

  private ContinuousProjection() {}

  /**
   * The elements, each group shrunk; at most two of a group are not zero.
   *
   * @throws IllegalArgumentException where they are no groups of four
   */
  public static double[] shrink(double[] elements) {
    if (elements.length % GROUP != 0) {
      throw new IllegalArgumentException("elements come in groups of four, not " + elements.length);
    }
    double[] shrunk = new double[elements.length];
    for (int first = 0; first < elements.length; first += GROUP) {
      double[] magnitudes = new double[GROUP];
      for (int i = 0; i < GROUP; i++) {
        magnitudes[i] = Math.abs(elements[first + i]);
      }
      Arrays.sort(magnitudes);
      for (int i = first; i < first + GROUP; i++) {
        double magnitude = Math.abs(elements[i]);
        // Of infinities the difference would be none.
        shrunk[i] = Math.copySign(magnitude <= magnitudes[1] ? 0 : magnitude - magnitudes[1], elements[i]);
      }
    }
    return shrunk;
  }

  /** The factor of the shrunk elements that brings them nearest to the elements, by least squares; 1 of zeros. */
  public static double factor(double[] elements, double[] shrunk) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < elements.length; i++) {
      product += elements[i] * shrunk[i];
      square += shrunk[i] * shrunk[i];
    }
    return square == 0 ? 1 : product / square;
  }
}
