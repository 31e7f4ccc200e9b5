package nibble.ir.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import nibble.ir.eval.Parallel;

/**
 * Rounding that makes up for what it does ("GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
 * Transformers", section 3): columns of a weight matrix W are rounded one after another, and what each loses is spread over
 * those that are still to be rounded, such that {@code |X W'^T - X W^T|} grows least.
 *
 * <pre>
 * w'_j = round(w_j)
 * w_k -= ((w_j - w'_j) / U_jj) U_jk          for columns k behind j
 * </pre>
 *
 * <p>Which codes there are is settled before: scales do not follow what becomes of the weights of a box. So columns may
 * be rounded in any order.
 *
 * @param hessian of the activations, whose columns are in the order in which they are rounded
 * @param order the column of the weights that is rounded at each place
 */
public record SecondOrderRounding(InverseHessian hessian, int[] order) {
  /** What stands for a weight. */
  @FunctionalInterface
  public interface Codes {
    /**
     * The value of the code of a weight.
     *
     * @param row of the matrix
     * @param column of the matrix
     * @param weight what would be best there
     */
    double nearest(int row, int column, double weight);
  }

  /**
   * For weights whose columns are rounded in their own order.
   *
   * @param gram {@code X^T X}, row by row
   * @param damping what is added to its diagonal, as a share of the mean of that
   * @throws IllegalArgumentException where the matrix is not finite
   */
  public static SecondOrderRounding inOrder(double[] gram, int depth, double damping) {
    return new SecondOrderRounding(InverseHessian.of(gram, depth, damping), IntStream.range(0, depth).toArray());
  }

  /**
   * For weights whose columns are rounded from the one with the largest activations on, so that many can make up for it.
   *
   * @param gram {@code X^T X}, row by row
   * @param damping what is added to its diagonal, as a share of the mean of that
   * @throws IllegalArgumentException where the matrix is not finite
   */
  public static SecondOrderRounding largestFirst(double[] gram, int depth, double damping) {
    int[] order = IntStream.range(0, depth).boxed()
        .sorted(Comparator.comparingDouble(column -> -gram[column * (depth + 1)]))
        .mapToInt(Integer::intValue).toArray();
    double[] sorted = new double[gram.length];
    Arrays.setAll(sorted, i -> gram[order[i / depth] * depth + order[i % depth]]);
    return new SecondOrderRounding(InverseHessian.of(sorted, depth, damping), order);
  }

  /**
   * The values of the codes. A row is rounded to nearest where that loses less, which greedy rounding does not exclude.
   *
   * @param weights rows of as many columns as the Hessian has
   */
  public double[] round(double[] weights, Codes codes) {
    int depth = hessian.depth();
    double[] rounded = new double[weights.length];
    Parallel.rows(weights.length / depth, row -> {
      double[] exact = Arrays.copyOfRange(weights, row * depth, (row + 1) * depth);
      Row spread = row(exact, (column, left) -> codes.nearest(row, column, left));
      Row nearest = row(exact, (column, _) -> codes.nearest(row, column, exact[column]));
      System.arraycopy(spread.loss <= nearest.loss ? spread.values : nearest.values, 0, rounded, row * depth, depth);
    });
    return rounded;
  }

  /** What stands for a weight of one row, given what would be best there. */
  @FunctionalInterface
  private interface Choice {
    double of(int column, double best);
  }

  /**
   * A rounded row.
   *
   * @param values of the codes
   * @param loss the squared error of the product, with the damping: {@code e H e^T}
   */
  private record Row(double[] values, double loss) {}

  private Row row(double[] exact, Choice choice) {
    int depth = hessian.depth();
    double[] left = new double[depth];
    Arrays.setAll(left, place -> exact[order[place]]);
    double[] values = new double[depth];
    double loss = 0;
    for (int place = 0; place < depth; place++) {
      int column = order[place];
      values[column] = choice.of(column, left[place]);
      double lost = left[place] - values[column];
      // What the best of the columns behind can't make up for; the sum of it is the error, since they are chosen so.
      double share = lost / hessian.diagonal(place);
      loss += share * share;
      hessian.spread(left, 0, place, lost);
    }
    return new Row(values, loss);
  }
}
