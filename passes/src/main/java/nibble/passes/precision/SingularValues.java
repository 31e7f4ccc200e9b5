package nibble.passes.precision;

import java.util.Arrays;

/**
 * The singular values of a square matrix, and the left vectors: {@code A = V S Q^T}. Rows are rotated in pairs until
 * all are orthogonal, which is Jacobi's method from one side (Hestenes, "Inversion of Matrices by Biorthogonalization
 * and Related Results"): {@code V^T A = S Q^T}.
 *
 * @param left V, with a vector in each column
 * @param values in no order
 */
record SingularValues(SquareMatrix left, double[] values) {
  private static final int MOST_SWEEPS = 40;
  private static final double ORTHOGONAL = 1e-12;

  static SingularValues of(SquareMatrix matrix) {
    int size = matrix.size();
    double[][] rows = new double[size][];
    double[][] vectors = new double[size][size];
    for (int i = 0; i < size; i++) {
      rows[i] = Arrays.copyOfRange(matrix.elements(), i * size, (i + 1) * size);
      vectors[i][i] = 1;
    }
    boolean rotated = true;
    for (int sweep = 0; sweep < MOST_SWEEPS && rotated; sweep++) {
      rotated = false;
      for (int i = 0; i < size; i++) {
        for (int j = i + 1; j < size; j++) {
          rotated |= orthogonalize(rows, vectors, i, j);
        }
      }
    }
    double[] values = new double[size];
    double[] left = new double[size * size];
    for (int i = 0; i < size; i++) {
      values[i] = Math.sqrt(dot(rows[i], rows[i]));
      for (int j = 0; j < size; j++) {
        left[j * size + i] = vectors[i][j];
      }
    }
    return new SingularValues(new SquareMatrix(size, left), values);
  }

  private static boolean orthogonalize(double[][] rows, double[][] vectors, int i, int j) {
    double first = dot(rows[i], rows[i]);
    double second = dot(rows[j], rows[j]);
    double both = dot(rows[i], rows[j]);
    if (Math.abs(both) <= ORTHOGONAL * Math.sqrt(first * second)) {
      return false;
    }
    double slope = (second - first) / (2 * both);
    double tangent = Math.copySign(1, slope) / (Math.abs(slope) + Math.hypot(1, slope));
    double cosine = 1 / Math.hypot(1, tangent);
    rotate(rows[i], rows[j], cosine, cosine * tangent);
    rotate(vectors[i], vectors[j], cosine, cosine * tangent);
    return true;
  }

  private static void rotate(double[] a, double[] b, double cosine, double sine) {
    for (int k = 0; k < a.length; k++) {
      double x = a[k];
      double y = b[k];
      a[k] = cosine * x - sine * y;
      b[k] = sine * x + cosine * y;
    }
  }

  private static double dot(double[] a, double[] b) {
    double even = 0;
    double odd = 0;
    int k = 0;
    for (; k + 1 < a.length; k += 2) {
      even += a[k] * b[k];
      odd += a[k + 1] * b[k + 1];
    }
    return k < a.length ? even + odd + a[k] * b[k] : even + odd;
  }
}
