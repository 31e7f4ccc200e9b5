package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * A product of matrices with its reference: {@code d = a b + c}, {@code a} in rows, {@code b} in columns, {@code c} and
 * {@code d} in rows. The elements are what the factors' format holds, so all products are exact in double precision.
 */
record Gemm(int m, int n, int k, double[] a, double[] b, double[] c) {
  /** Random matrices, rounded to the factors' format. */
  static Gemm random(long seed, int m, int n, int k, DoubleUnaryOperator format) {
    Random random = new Random(seed);
    return new Gemm(
        m, n, k, values(random, m * k, format), values(random, n * k, format), values(random, m * n, format));
  }

  private static double[] values(Random random, int count, DoubleUnaryOperator format) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = format.applyAsDouble(random.nextGaussian());
    }
    return values;
  }

  /** The exact element of the result, and the sum of the magnitudes of what it is made of. */
  private double[] element(int row, int column) {
    double sum = c[row * n + column];
    double magnitude = Math.abs(sum);
    for (int i = 0; i < k; i++) {
      double product = a[row * k + i] * b[column * k + i];
      sum += product;
      magnitude += Math.abs(product);
    }
    return new double[] {sum, magnitude};
  }

  /**
   * Checks results that were rounded.
   *
   * @param unit what a sum may be off relative to its parts in each of its {@code k + 1} additions
   */
  void check(double[] d, double unit) {
    for (int row = 0; row < m; row++) {
      for (int column = 0; column < n; column++) {
        double[] expected = element(row, column);
        double found = d[row * n + column];
        double bound = (k + 1) * unit * expected[1];
        assertTrue(
            Math.abs(found - expected[0]) <= bound,
            "row " + row + ", column " + column + ": " + found + ", not " + expected[0] + " within " + bound);
      }
    }
  }

  /** Checks integer results. */
  void check(int[] d) {
    double[] values = new double[d.length];
    for (int i = 0; i < d.length; i++) {
      values[i] = d[i];
    }
    check(values, 0);
  }
}
