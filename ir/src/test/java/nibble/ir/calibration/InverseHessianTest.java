package nibble.ir.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class InverseHessianTest {
  private static final int DEPTH = 16;

  @Property(tries = 20)
  void theRootIsThatOfTheInverse(@ForAll int seed) {
    double[] gram = AlikeChannels.gram(DEPTH, seed);
    double[] root = InverseHessian.of(gram, DEPTH, 0).root();
    for (int i = 0; i < DEPTH; i++) {
      for (int j = 0; j < DEPTH; j++) {
        double product = 0;
        for (int k = 0; k < DEPTH; k++) {
          for (int l = 0; l < DEPTH; l++) {
            product += gram[i * DEPTH + k] * root[l * DEPTH + k] * root[l * DEPTH + j];
          }
        }
        assertEquals(i == j ? 1 : 0, product, 1e-9);
        assertTrue(i <= j || root[i * DEPTH + j] == 0);
      }
    }
  }

  /**
   * What the others gain for a loss of the first is what least squares says: nothing can be gained by moving one more.
   */
  @Property(tries = 20)
  void whatIsSpreadIsBest(@ForAll int seed) {
    double[] gram = AlikeChannels.gram(DEPTH, seed);
    double[] change = new double[DEPTH];
    InverseHessian.of(gram, DEPTH, 0).spread(change, 0, 0, 1);
    change[0] = -1;
    for (int i = 1; i < DEPTH; i++) {
      double gradient = 0;
      for (int k = 0; k < DEPTH; k++) {
        gradient += gram[i * DEPTH + k] * change[k];
      }
      assertEquals(0, gradient, 1e-8);
    }
  }

  @Example
  void activationsThatAreNoNumbersAreRefused() {
    double[] gram = AlikeChannels.gram(DEPTH, 3);
    gram[0] = Double.NaN;
    assertThrows(IllegalArgumentException.class, () -> InverseHessian.of(gram, DEPTH, 0.01));
    double[] flat = new double[4];
    Arrays.fill(flat, 1);
    assertThrows(IllegalArgumentException.class, () -> InverseHessian.of(flat, 2, 0));
    assertArrayEquals(new double[] {1, 0, 0, 1}, InverseHessian.of(new double[4], 2, 0.5).root());
  }
}
