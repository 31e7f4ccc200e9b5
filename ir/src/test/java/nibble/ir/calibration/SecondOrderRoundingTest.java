package nibble.ir.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.calibration.SecondOrderRounding.Codes;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;

class SecondOrderRoundingTest {
  private static final int DEPTH = 16;
  private static final int ROWS = 8;
  /** Quarters, and E2M1 in odd columns. */
  private static final Codes CODES = (_, column, weight) -> column % 2 == 0
      ? Math.rint(weight * 4) / 4 : Formats.E2M1.decode(Formats.E2M1.encode(weight, FixedRounding.NEAREST_EVEN));

  private static double[] nearest(double[] weights) {
    double[] nearest = new double[weights.length];
    Arrays.setAll(nearest, i -> CODES.nearest(i / DEPTH, i % DEPTH, weights[i]));
    return nearest;
  }

  private static double[] row(double[] matrix, int row) {
    return Arrays.copyOfRange(matrix, row * DEPTH, (row + 1) * DEPTH);
  }

  /** What there is are codes, and each row of the product loses no more than to nearest; all together far less. */
  @Property(tries = 40)
  void noRowLosesMoreThanToNearest(@ForAll int seed, @ForAll boolean isSorted) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
    double[] rounded = (isSorted
        ? SecondOrderRounding.largestFirst(gram, DEPTH, 0) : SecondOrderRounding.inOrder(gram, DEPTH, 0))
        .round(weights, CODES);
    assertArrayEquals(nearest(rounded), rounded);
    for (int row = 0; row < ROWS; row++) {
      double here = AlikeChannels.error(row(weights, row), row(rounded, row), gram, DEPTH);
      double nearest = AlikeChannels.error(row(weights, row), row(nearest(weights), row), gram, DEPTH);
      assertTrue(here <= nearest * (1 + 1e-9), here + " and " + nearest);
    }
    assertTrue(AlikeChannels.error(weights, rounded, gram, DEPTH)
        < 0.9 * AlikeChannels.error(weights, nearest(weights), gram, DEPTH));
  }

  @Property(tries = 20)
  void ofChannelsThatHaveNothingInCommonItIsToNearest(@ForAll int seed, @ForAll boolean isSorted) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = new double[DEPTH * DEPTH];
    for (int i = 0; i < DEPTH; i++) {
      gram[i * (DEPTH + 1)] = 3 + i % 5;
    }
    assertArrayEquals(nearest(weights), (isSorted
        ? SecondOrderRounding.largestFirst(gram, DEPTH, 0) : SecondOrderRounding.inOrder(gram, DEPTH, 0))
        .round(weights, CODES));
  }

  /** The second of two elements makes up for the first; the one with the larger activations is the first. */
  @Property(tries = 50)
  void twoElementsAsByLeastSquares(@ForAll int seed) {
    double[] weights = AlikeChannels.normal(2, seed);
    double[] gram = {4, 1.5, 1.5, 1};
    Codes whole = (_, _, weight) -> Math.rint(weight);
    double first = Math.rint(weights[0]);
    double second = Math.rint(weights[1] + (weights[0] - first) * gram[1] / gram[3]);
    assertArrayEquals(new double[] {first, second}, SecondOrderRounding.inOrder(gram, 2, 0).round(weights, whole));
    assertArrayEquals(new double[] {first, second}, SecondOrderRounding.largestFirst(gram, 2, 0).round(weights, whole));
    double[] turned = SecondOrderRounding.largestFirst(new double[] {1, 1.5, 1.5, 4}, 2, 0)
        .round(new double[] {weights[1], weights[0]}, whole);
    assertArrayEquals(new double[] {second, first}, turned);
    assertEquals(first, turned[1]);
  }
}
