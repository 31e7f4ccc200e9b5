package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class SaliencyTest {
  private static final double[] WEIGHTS = {1, -2, 0, 4, 0, -3};
  private static final double[] NORMS = {1, 4, 9};

  @Test
  void magnitudes() {
    assertArrayEquals(new double[] {1, 2, 0, 4, 0, 3}, Saliency.MAGNITUDE.scores(WEIGHTS, 3, null));
  }

  @Test
  void magnitudesTimesNorms() {
    assertArrayEquals(new double[] {1, 8, 0, 4, 0, 27}, Saliency.WANDA.scores(WEIGHTS, 3, NORMS));
  }

  /** Sums of rows are 3 and 7, of columns 5, 2 and 3. */
  @Test
  void sharesOfRowsAndColumns() {
    assertArrayEquals(
        new double[] {1 / 3.0 + 1 / 5.0, 2 * (2 / 3.0 + 1), 0, 4 / 7.0 + 4 / 5.0, 0, 3 * (3 / 7.0 + 1)},
        Saliency.RIA.scores(WEIGHTS, 3, NORMS), 1e-12);
  }
}
