package nibble.ir.calibration;

import nibble.ir.eval.Parallel;

/**
 * What a change of one weight asks of the others, for which the product {@code X W^T} changes least. The squared error
 * of it, {@code |X W'^T - X W^T|^2}, has the Hessian {@code 2 H} with {@code H = X^T X}; of {@code H^-1 = U^T U}, U is
 * the upper triangular root. If a weight of column j loses e, and those of the columns before it must stay as they are,
 * then those behind it should gain {@code -(e / U_jj) U_jk} ("Optimal Brain Surgeon and General Network Pruning"; by
 * columns, with one root for all of them: "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
 * Transformers", section 3).
 *
 * @param root the matrix U, row by row
 * @param depth rows and columns of it
 */
public record InverseHessian(double[] root, int depth) {
  /**
   * Of activations.
   *
   * @param gram {@code X^T X}, row by row
   * @param damping what is added to its diagonal, as a share of the mean of that
   * @throws IllegalArgumentException where the matrix is not finite
   */
  public static InverseHessian of(double[] gram, int depth, double damping) {
    return ofDamped(damped(gram, depth, damping), depth);
  }

  static InverseHessian ofDamped(double[] damped, int depth) {
    return new InverseHessian(invert(upperRoot(damped, depth), depth), depth);
  }

  /** {@code X^T X} with its damping. */
  static double[] damped(double[] gram, int depth, double damping) {
    double[] hessian = gram.clone();
    double mean = 0;
    for (int i = 0; i < depth; i++) {
      mean += gram[i * depth + i] / depth;
    }
    if (!Double.isFinite(mean)) {
      throw new IllegalArgumentException("the activations are not finite");
    }
    // Where all channels are zero nothing is lost whatever is changed.
    double added = mean == 0 ? 1 : damping * mean;
    for (int i = 0; i < depth; i++) {
      hessian[i * depth + i] += added;
    }
    return hessian;
  }

  /** An element of the diagonal of U. */
  public double diagonal(int column) {
    return root[column * (depth + 1)];
  }

  /**
   * Spreads a loss over the columns behind.
   *
   * @param weights a matrix, changed in place
   * @param row index of the first element of the row
   * @param column that loses
   * @param loss what its element was less what it becomes; the element itself is left as it is
   */
  public void spread(double[] weights, int row, int column, double loss) {
    int at = column * depth;
    double error = loss / root[at + column];
    if (error == 0) {
      return;
    }
    for (int k = column + 1; k < depth; k++) {
      weights[row + k] -= error * root[at + k];
    }
  }

  /** The upper triangular R of {@code H = R R^T}, column by column from the last one on. */
  private static double[] upperRoot(double[] hessian, int depth) {
    double[] root = new double[depth * depth];
    for (int j = depth - 1; j >= 0; j--) {
      int column = j;
      double pivot = hessian[j * depth + j] - dot(root, j * depth, j * depth, j + 1, depth);
      if (!(pivot > 0)) {
        throw new IllegalArgumentException("the activations are no basis to choose weights by: take a larger damping");
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
}
