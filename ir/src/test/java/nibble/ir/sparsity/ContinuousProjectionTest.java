package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.layout.SparseLayouts.NOfM;

class ContinuousProjectionTest {
  private static double[] normal(long seed) {
    Random random = new Random(seed);
    double[] numbers = new double[64];
    Arrays.setAll(numbers, i -> random.nextGaussian());
    return numbers;
  }

  @Example
  void allShrinkByTheSecondSmallest() {
    assertArrayEquals(new double[] {0, -1, 3, 0}, ContinuousProjection.shrink(new double[] {1, -3, 5, 2}));
    assertArrayEquals(new double[] {0, 0, 0, 0.5}, ContinuousProjection.shrink(new double[] {1, 1, 1, 1.5}));
    assertThrows(IllegalArgumentException.class, () -> ContinuousProjection.shrink(new double[3]));
  }

  /** What is left is where magnitude keeps, it scales, and it moves no further than the weights do. */
  @Property(tries = 50)
  void itFitsScalesAndIsContinuous(@ForAll int seed) {
    double[] weights = normal(seed);
    double[] shrunk = ContinuousProjection.shrink(weights);
    boolean[] keep = new NOfM(2, 4).select(weights, 64);
    double[] direction = normal(seed + 1L);
    double[] moved = new double[64];
    Arrays.setAll(moved, i -> weights[i] + 1e-6 * direction[i]);
    double[] movedShrunk = ContinuousProjection.shrink(moved);
    double[] tripled = ContinuousProjection.shrink(Arrays.stream(weights).map(x -> 3 * x).toArray());
    double most = Arrays.stream(direction).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < 64; i++) {
      assertTrue(keep[i] || shrunk[i] == 0);
      assertEquals(3 * shrunk[i], tripled[i], 1e-12);
      assertTrue(Math.abs(movedShrunk[i] - shrunk[i]) <= 2.1e-6 * most);
    }
  }

  /** No other factor is nearer. */
  @Property(tries = 50)
  void theFactorIsThatOfLeastSquares(@ForAll int seed) {
    double[] weights = normal(seed);
    double[] shrunk = ContinuousProjection.shrink(weights);
    double factor = ContinuousProjection.factor(weights, shrunk);
    assertTrue(factor > 0);
    for (double other : new double[] {0.99, 1.01}) {
      assertTrue(distance(weights, shrunk, factor) < distance(weights, shrunk, other * factor));
    }
    assertEquals(1, ContinuousProjection.factor(new double[4], new double[4]));
  }

  private static double distance(double[] weights, double[] shrunk, double factor) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double error = weights[i] - factor * shrunk[i];
      sum += error * error;
    }
    return sum;
  }
}
