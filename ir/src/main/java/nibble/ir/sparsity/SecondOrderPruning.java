package nibble.ir.sparsity;

import java.util.Arrays;
import nibble.ir.calibration.InverseHessian;
import nibble.ir.eval.Parallel;

/**
 * Pruning that makes up for what it takes ("SparseGPT: Massive Language Models Can be Accurately Pruned in One-Shot",
 * section 3): columns of a weight matrix W are pruned from left to right, and the error of each is spread over the
 * columns behind it, such that {@code |X W'^T - X W^T|} grows least.
 *
 * <p>With U the root of the {@linkplain InverseHessian inverse Hessian}, an element {@code w} of column j costs {@code
 * (w / U_jj)^2} to prune. Of a group of columns those elements go that cost least when the group is reached; then of
 * each of its columns the rest of a row becomes
 *
 * <pre>
 * w_k -= (w_j / U_jj) U_jk          where w_j is pruned, for k &gt;= j
 * </pre>
 *
 * @param hessian of the activations
 */
public record SecondOrderPruning(InverseHessian hessian) {
  /**
   * The matrix with the elements that are pruned at zero, and the others changed.
   *
   * @param weights rows of {@code depth} columns
   * @param selection that keeps elements of groups of columns, each a matrix by itself
   * @param width columns of a group, which divides the depth
   */
  public double[] prune(double[] weights, Selection selection, int width) {
    int depth = hessian.depth();
    int rows = weights.length / depth;
    double[] left = weights.clone();
    for (int column = 0; column < depth; column += width) {
      int first = column;
      boolean[] keep = selection.select(costs(left, rows, first, width), width);
      Parallel.rows(rows, row -> {
        for (int j = first; j < first + width; j++) {
          if (!keep[row * width + j - first]) {
            hessian.spread(left, row * depth, j, left[row * depth + j]);
            left[row * depth + j] = 0;
          }
        }
      });
    }
    return left;
  }

  private double[] costs(double[] weights, int rows, int first, int width) {
    double[] costs = new double[rows * width];
    Arrays.setAll(costs, i -> {
      int column = first + i % width;
      double share = weights[i / width * hessian.depth() + column] / hessian.diagonal(column);
      return share * share;
    });
    return costs;
  }
}
