package nibble.ir.eval;

/**
 * {@code C = A B} in f64 for row-major matrices: plain loops, parallel over groups of rows. Four rows of C share each
 * pass over two rows of B, which keeps it out of main memory and the sums out of the cache.
 */
public final class MatrixProduct {
  private static final int ROWS = 4;

  private MatrixProduct() {}

  /**
   * Multiplies. An element is a sum of pairs of products, in ascending order.
   *
   * @param a m x k from {@code offsetA} on
   * @param b k x n from {@code offsetB} on
   * @param c m x n from {@code offsetC} on; overwritten
   */
  public static void multiply(
      double[] a, int offsetA, double[] b, int offsetB, double[] c, int offsetC, int m, int k, int n) {
    Parallel.rows(groups(m), group -> multiplyGroup(group, a, offsetA, b, offsetB, c, offsetC, m, k, n));
  }

  /** How many groups of rows a product of m rows has. */
  public static int groups(int m) {
    return Math.ceilDiv(m, ROWS);
  }

  /** One group of rows of {@link #multiply}, for callers that multiply many matrices in parallel. */
  public static void multiplyGroup(
      int group, double[] a, int offsetA, double[] b, int offsetB, double[] c, int offsetC, int m, int k, int n) {
    int from = group * ROWS;
    int rows = Math.min(ROWS, m - from);
    double[][] sums = new double[ROWS][n];
    double[] left = new double[2 * ROWS];
    for (int i = 0; i < k; i += 2) {
      int columns = Math.min(2, k - i);
      for (int row = 0; row < rows; row++) {
        System.arraycopy(a, offsetA + (from + row) * k + i, left, 2 * row, columns);
      }
      int at = offsetB + i * n;
      if (columns == 2) {
        addTwoRows(left, b, at, at + n, sums[0], sums[1], sums[2], sums[3]);
      } else {
        addRow(left, b, at, sums[0], sums[1], sums[2], sums[3]);
      }
    }
    for (int row = 0; row < rows; row++) {
      System.arraycopy(sums[row], 0, c, offsetC + (from + row) * n, n);
    }
  }

  private static void addTwoRows(
      double[] left, double[] b, int first, int second, double[] s0, double[] s1, double[] s2, double[] s3) {
    double a00 = left[0];
    double a01 = left[1];
    double a10 = left[2];
    double a11 = left[3];
    double a20 = left[4];
    double a21 = left[5];
    double a30 = left[6];
    double a31 = left[7];
    for (int j = 0; j < s0.length; j++) {
      double b0 = b[first + j];
      double b1 = b[second + j];
      s0[j] += a00 * b0 + a01 * b1;
      s1[j] += a10 * b0 + a11 * b1;
      s2[j] += a20 * b0 + a21 * b1;
      s3[j] += a30 * b0 + a31 * b1;
    }
  }

  private static void addRow(
      double[] left, double[] b, int offset, double[] s0, double[] s1, double[] s2, double[] s3) {
    for (int j = 0; j < s0.length; j++) {
      double value = b[offset + j];
      s0[j] += left[0] * value;
      s1[j] += left[2] * value;
      s2[j] += left[4] * value;
      s3[j] += left[6] * value;
    }
  }

  /** The transpose of a row-major matrix of that many rows and columns. */
  public static double[] transpose(double[] matrix, int offset, int rows, int columns) {
    double[] transposed = new double[rows * columns];
    Parallel.rows(columns, column -> {
      for (int row = 0; row < rows; row++) {
        transposed[column * rows + row] = matrix[offset + row * columns + column];
      }
    });
    return transposed;
  }
}
