package nibble.ir.sparsity;

import java.util.Arrays;

/**
 * A selection of the largest elements of a row that has a gradient ("SLA2: Sparse-Linear Attention with Learnable
 * Routing and QAT", the router's first stage of training): of each element the logistic function of it over a
 * temperature plus a number that the row shares, which makes the selection add up to a target. The lower the
 * temperature, the nearer it is to the hard selection.
 *
 * @param shift the number that the row shares
 * @param selection how much of each element is selected, from 0 to 1
 * @param temperature what elements are divided by
 */
public record SoftTopK(double shift, double[] selection, double temperature) {
  private static final int HALVINGS = 200;

  /**
   * Selects.
   *
   * @param target what the selection adds up to, more than 0 and less than the number of elements
   * @throws IllegalArgumentException where the target can't be reached, or the temperature is not positive
   */
  public static SoftTopK of(double[] row, double temperature, double target) {
    if (!(temperature > 0)) {
      throw new IllegalArgumentException("a temperature is positive, not " + temperature);
    }
    if (!(target > 0 && target < row.length)) {
      throw new IllegalArgumentException("of " + row.length + " elements, " + target + " can't be selected in part");
    }
    double[] scaled = Arrays.stream(row).map(x -> x / temperature).toArray();
    // All elements have at least, or at most, the share that the mean of the selection has.
    double even = Math.log(target / (row.length - target));
    double low = even - Arrays.stream(scaled).max().orElseThrow();
    double high = even - Arrays.stream(scaled).min().orElseThrow();
    for (int i = 0; i < HALVINGS; i++) {
      double middle = low + (high - low) / 2;
      if (Arrays.stream(selection(scaled, middle)).sum() < target) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return new SoftTopK(low, selection(scaled, low), temperature);
  }

  private static double[] selection(double[] scaled, double shift) {
    return Arrays.stream(scaled).map(x -> 1 / (1 + Math.exp(-x - shift))).toArray();
  }

  /**
   * The gradient of a loss by the row, given that by the selection. The shared number follows the row, so that what one
   * element gains others lose: the gradient adds up to 0.
   */
  public double[] gradient(double[] ofSelection) {
    double[] slopes = Arrays.stream(selection).map(share -> share * (1 - share)).toArray();
    double weighted = 0;
    for (int i = 0; i < slopes.length; i++) {
      weighted += slopes[i] * ofSelection[i];
    }
    double mean = weighted / Arrays.stream(slopes).sum();
    double[] gradient = new double[slopes.length];
    Arrays.setAll(gradient, i -> slopes[i] * (ofSelection[i] - mean) / temperature);
    return gradient;
  }
}
