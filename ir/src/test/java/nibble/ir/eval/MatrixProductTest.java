package nibble.ir.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MatrixProductTest {
  /** Of small integers every order of summation is exact. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void isTheSumOfProducts(
      @ForAll @IntRange(max = 11) int m, @ForAll @IntRange(max = 9) int k, @ForAll @IntRange(max = 9) int n,
      @ForAll @IntRange(max = 3) int offset, @ForAll long seed) {
    Random random = new Random(seed);
    double[] a = random.ints(offset + m * k, -9, 10).asDoubleStream().toArray();
    double[] b = random.ints(offset + k * n, -9, 10).asDoubleStream().toArray();
    double[] c = random.ints(offset + m * n + 1, -9, 10).asDoubleStream().toArray();
    double[] expected = c.clone();
    for (int row = 0; row < m; row++) {
      for (int column = 0; column < n; column++) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
          sum += a[offset + row * k + i] * b[offset + i * n + column];
        }
        expected[offset + row * n + column] = sum;
      }
    }
    MatrixProduct.multiply(a, offset, b, offset, c, offset, m, k, n);
    assertArrayEquals(expected, c);
  }

  /** The rows that a group lacks must not make an infinity of B into a NaN elsewhere. */
  @Test
  void infinitiesStayInTheirColumn() {
    double[] c = new double[2];
    MatrixProduct.multiply(new double[] {1}, 0, new double[] {Double.POSITIVE_INFINITY, 2}, 0, c, 0, 1, 1, 2);
    assertArrayEquals(new double[] {Double.POSITIVE_INFINITY, 2}, c);
  }

  @Test
  void transpose() {
    double[] matrix = {9, 1, 2, 3, 4, 5, 6};
    assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, MatrixProduct.transpose(matrix, 1, 2, 3));
    assertEquals(0, MatrixProduct.transpose(matrix, 0, 0, 3).length);
  }
}
