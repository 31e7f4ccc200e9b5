package nibble.ir.sparsity;

import java.util.Arrays;
import nibble.ir.eval.Parallel;

/**
 * Pruning that makes up for what it takes ("SparseGPT: Massive Language Models Can be Accurately Pruned in One-Shot",
 * section 3): columns of a weight matrix W are pruned from left to right, and the error of each is spread over the
 * columns behind it, such that {@code |X W'^T - X W^T|} grows least.
 *
 * <p>With {@code H = X^T X} plus a part of its mean diagonal, and {@code U} the upper triangular matrix of {@code H^-1
 * = U^T U}, an element {@code w} of column j costs {@code (w / U_jj)^2} to prune. Of a group of columns those elements
 * go that cost least when the group is reached; then of each of its columns the rest of a row becomes
 *
 * <pre>
 * w_k -= (w_j / U_jj) U_jk          where w_j is pruned, for k &gt;= j
 * </pre>
 *
 * @param factor the matrix U, row by row
 * @param depth rows and columns of it
 */
public record SecondOrderPruning(double[] factor, int depth) {
  /**
   * Of activations.
   *
   * @param gram {@code X^T X}, row by row
   * @param damping what is added to its diagonal, as a share of the mean of that
   * @throws IllegalArgumentException where the matrix is not finite
   */
  public static SecondOrderPruning of(double[] gram, int depth, double damping) {
    double[] hessian = gram.clone();
    double mean = 0;
    for (int i = 0; i < depth; i++) {
      mean += gram[i * depth + i] / depth;
    }
    if (!Double.isFinite(mean)) {
      throw new IllegalArgumentException("the activations are not finite");
    }
    // Where all channels are zero nothing is lost whatever is pruned.
    double added = mean == 0 ? 1 : damping * mean;
    for (int i = 0; i < depth; i++) {
      hessian[i * depth + i] += added;
    }
    return new SecondOrderPruning(invert(upperRoot(hessian, depth), depth), depth);
  }

  /** The upper triangular R of {@code H = R R^T}, column by column from the last one on. */
  private static double[] upperRoot(double[] hessian, int depth) {
    double[] root = new double[depth * depth];
    for (int j = depth - 1; j >= 0; j--) {
      int column = j;
      double pivot = hessian[j * depth + j] - dot(root, j * depth, j * depth, j + 1, depth);
      if (!(pivot > 0)) {
        throw new IllegalArgumentException("the activations are no basis to prune by: take a larger damping");
      }
      double diagonal = Math.sqrt(pivot);
      root[j * depth + j] = diagonal;
      Parallel.ranges(j, depth - j, (from, to) -> {
        for (int i = from; i < to; i++) {
          double rest = hessian[i * depth + column] - dot(root, i * depth, column * depth, column + 1, depth);
          root[i * depth + column] = rest / diagonal;
        }
      });
    }
    return root;
  }

  /** Four sums, so that an addition need not wait for the one before. */
  private static double dot(double[] matrix, int first, int second, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int k = from;
    for (; k + 3 < to; k += 4) {
      a += matrix[first + k] * matrix[second + k];
      b += matrix[first + k + 1] * matrix[second + k + 1];
      c += matrix[first + k + 2] * matrix[second + k + 2];
      d += matrix[first + k + 3] * matrix[second + k + 3];
    }
    for (; k < to; k++) {
      a += matrix[first + k] * matrix[second + k];
    }
    return a + b + (c + d);
  }

  private static double[] invert(double[] root, int depth) {
    double[] inverse = new double[depth * depth];
    Parallel.rows(depth, row -> {
      int at = row * depth;
      inverse[at + row] = 1;
      for (int k = row; k < depth; k++) {
        double known = inverse[at + k] / root[k * depth + k];
        inverse[at + k] = known;
        for (int j = k + 1; j < depth; j++) {
          inverse[at + j] -= known * root[k * depth + j];
        }
      }
    });
    return inverse;
  }

  /**
   * The matrix with the elements that are pruned at zero, and the others changed.
   *
   * @param weights rows of {@code depth} columns
   * @param selection that keeps elements of groups of columns, each a matrix by itself
   * @param width columns of a group, which divides the depth
   */
  public double[] prune(double[] weights, Selection selection, int width) {
    int rows = weights.length / depth;
    double[] left = weights.clone();
    for (int column = 0; column < depth; column += width) {
      int first = column;
      boolean[] keep = selection.select(costs(left, rows, first, width), width);
      Parallel.rows(rows, row -> {
        for (int j = first; j < first + width; j++) {
          if (!keep[row * width + j - first]) {
            spread(left, row * depth, j);
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
      double share = weights[i / width * depth + column] / factor[column * depth + column];
      return share * share;
    });
    return costs;
  }

  private void spread(double[] weights, int row, int column) {
    int diagonal = column * depth;
    double error = weights[row + column] / factor[diagonal + column];
    for (int k = column + 1; k < depth; k++) {
      weights[row + k] -= error * factor[diagonal + k];
    }
    weights[row + column] = 0;
  }
}
