package nibble.ir.eval;

/**
 * {@code C = A B} in f64 for row-major matrices: plain loops, parallel over groups of rows. Four rows share each pass over B,
 * which is what keeps it out of main memory.
 */
public final class MatrixProduct {
  private static final int ROWS = 4;

  private MatrixProduct() {}

  /**
   * Multiplies.
   *
   * @param a m x k from {@code offsetA} on
   * @param b k x n from {@code offsetB} on
   * @param c m x n from {@code offsetC} on; overwritten
   */
  public static void multiply(
      double[] a, int offsetA, double[] b, int offsetB, double[] c, int offsetC, int m, int k, int n) {
    Parallel.rows(Math.ceilDiv(m, ROWS), group -> {
      int from = group * ROWS;
      int rows = Math.min(ROWS, m - from);
      double[][] sums = new double[ROWS][n];
      for (int i = 0; i < k; i++) {
        int at = offsetA + from * k + i;
        double a0 = a[at];
        double a1 = rows > 1 ? a[at + k] : 0;
        double a2 = rows > 2 ? a[at + 2 * k] : 0;
        double a3 = rows > 3 ? a[at + 3 * k] : 0;
        addRow(a0, a1, a2, a3, b, offsetB + i * n, sums[0], sums[1], sums[2], sums[3]);
      }
      for (int row = 0; row < rows; row++) {
        System.arraycopy(sums[row], 0, c, offsetC + (from + row) * n, n);
      }
    });
  }

  private static void addRow(
      double a0, double a1, double a2, double a3, double[] b, int offset, double[] s0, double[] s1, double[] s2,
      double[] s3) {
    for (int j = 0; j < s0.length; j++) {
      double value = b[offset + j];
      s0[j] += a0 * value;
      s1[j] += a1 * value;
      s2[j] += a2 * value;
      s3[j] += a3 * value;
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
