package nibble.ir.calibration;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import nibble.ir.eval.Parallel;

/**
 * Rounding that makes up for what it does ("GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
 * Transformers", section 3): columns of a weight matrix W are rounded one after another, and what each loses is spread
 * over those that are still to be rounded, such that {@code |X W'^T - X W^T|} grows least.
 *
 * <pre>
 * w'_j = round(w_j)
 * w_k -= ((w_j - w'_j) / U_jj) U_jk          for columns k behind j
 * </pre>
 *
 * <p>Then each column of a row is looked at again, some times: with what the others are by now, its best code may be
 * another ("QuantEase: Optimization-based Quantization for Language Models", coordinate descent). No step adds to the
 * error.
 *
 * <p>Which codes there are is settled before: scales do not follow what becomes of the weights of a box. So columns may
 * be rounded in any order.
 *
 * @param hessian of the activations, whose columns are in the order in which they are rounded
 * @param damped {@code X^T X} with the damping, in the same order
 * @param order the column of the weights that is rounded at each place
 * @param sweeps how often each column is looked at again
 */
public record SecondOrderRounding(InverseHessian hessian, double[] damped, int[] order, int sweeps) {
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
   * @param sweeps how often each column is looked at again
   * @throws IllegalArgumentException where the matrix is not finite
   */
  public static SecondOrderRounding inOrder(double[] gram, int depth, double damping, int sweeps) {
    return of(gram, depth, damping, IntStream.range(0, depth).toArray(), sweeps);
  }

  /**
   * For weights whose columns are rounded from the one with the largest activations on, so that many can make up for
   * it.
   *
   * @param gram {@code X^T X}, row by row
   * @param damping what is added to its diagonal, as a share of the mean of that
   * @param sweeps how often each column is looked at again
   * @throws IllegalArgumentException where the matrix is not finite
   */
  public static SecondOrderRounding largestFirst(double[] gram, int depth, double damping, int sweeps) {
    int[] order = IntStream.range(0, depth).boxed()
        .sorted(Comparator.comparingDouble(column -> -gram[column * (depth + 1)]))
        .mapToInt(Integer::intValue).toArray();
    double[] sorted = new double[gram.length];
    Arrays.setAll(sorted, i -> gram[order[i / depth] * depth + order[i % depth]]);
    return of(sorted, depth, damping, order, sweeps);
  }

  private static SecondOrderRounding of(double[] gram, int depth, double damping, int[] order, int sweeps) {
    double[] damped = InverseHessian.damped(gram, depth, damping);
    return new SecondOrderRounding(InverseHessian.ofDamped(damped, depth), damped, order, sweeps);
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
      double[] better = spread.loss <= nearest.loss ? spread.values : nearest.values;
      descend(exact, better, (column, best) -> codes.nearest(row, column, best));
      System.arraycopy(better, 0, rounded, row * depth, depth);
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

  /** Gives each column its best code for what the others are, until none changes or there have been enough sweeps. */
  private void descend(double[] exact, double[] values, Choice choice) {
    int depth = hessian.depth();
    double[] gradient = new double[sweeps == 0 ? 0 : depth];
    for (int place = 0; place < gradient.length; place++) {
      move(gradient, place, values[order[place]] - exact[order[place]]);
    }
    boolean hasChanged = true;
    for (int sweep = 0; sweep < sweeps && hasChanged; sweep++) {
      hasChanged = false;
      for (int place = 0; place < depth; place++) {
        int column = order[place];
        double value = choice.of(column, values[column] - gradient[place] / damped[place * (depth + 1)]);
        if (value != values[column]) {
          move(gradient, place, value - values[column]);
          values[column] = value;
          hasChanged = true;
        }
      }
    }
  }

  private void move(double[] gradient, int place, double change) {
    int row = place * gradient.length;
    for (int k = 0; k < gradient.length; k++) {
      gradient[k] += damped[row + k] * change;
    }
  }
}
