package sample.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Products against plain sums. */
class GemmTest {
  private final SplittableRandom random = new SplittableRandom(7);

  @Test
  void productsAreSumsOfProducts() {
    int[][] shapes = {{1, 1, 1}, {4, 7, 32}, {5, 3, 33}, {9, 16, 79}, {16, 64, 128}, {3, 0, 5}};
    for (int[] shape : shapes) {
      int m = shape[0];
      int k = shape[1];
      int n = shape[2];
      Gemm.Matrix a = new Gemm.Matrix(numbers(m * (k + 2) + 3), 3, k + 2);
      Gemm.Matrix b = new Gemm.Matrix(numbers(k * (n + 1) + 1), 1, n + 1);
      for (boolean add : new boolean[] {false, true}) {
        float[] before = numbers(m * (n + 3));
        float[] c = before.clone();
        Gemm.multiply(a, b, Gemm.Matrix.of(c, n + 3), m, k, n, add);
        for (int row = 0; row < m; row++) {
          for (int column = 0; column < n + 3; column++) {
            int at = row * (n + 3) + column;
            float sum = column >= n || add ? before[at] : 0;
            for (int i = 0; i < (column >= n ? 0 : k); i++) {
              sum = Math.fma(a.data()[3 + row * (k + 2) + i], b.data()[1 + i * (n + 1) + column], sum);
            }
            assertEquals(sum, c[at], 0f, m + " x " + k + " x " + n + " at " + row + ", " + column);
          }
        }
      }
    }
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
