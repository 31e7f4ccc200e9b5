package nibble.ir.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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

  /** What there is are codes, and each row of the product loses no more than to nearest. */
  @Property(tries = 40)
  void noRowLosesMoreThanToNearest(
      @ForAll int seed, @ForAll boolean isSorted, @ForAll @IntRange(max = 3) int sweeps) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
    double[] rounded = (isSorted
        ? SecondOrderRounding.largestFirst(gram, DEPTH, 0, sweeps)
        : SecondOrderRounding.inOrder(gram, DEPTH, 0, sweeps))
        .round(weights, CODES);
    assertArrayEquals(nearest(rounded), rounded);
    for (int row = 0; row < ROWS; row++) {
      double here = AlikeChannels.error(row(weights, row), row(rounded, row), gram, DEPTH);
      double nearest = AlikeChannels.error(row(weights, row), row(nearest(weights), row), gram, DEPTH);
      assertTrue(here <= nearest * (1 + 1e-9), here + " and " + nearest);
    }
  }

  @Example
  void productsLoseFarLessThanToNearest() {
    double error = 0;
    double toNearest = 0;
    for (int seed = 0; seed < 40; seed += 2) {
      double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
      double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
      error += AlikeChannels.error(
          weights, SecondOrderRounding.inOrder(gram, DEPTH, 0, 0).round(weights, CODES), gram, DEPTH);
      toNearest += AlikeChannels.error(weights, nearest(weights), gram, DEPTH);
    }
    assertTrue(error < 0.8 * toNearest, error + " and " + toNearest);
  }

  @Property(tries = 20)
  void ofChannelsThatHaveNothingInCommonItIsToNearest(@ForAll int seed, @ForAll boolean isSorted) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = new double[DEPTH * DEPTH];
    for (int i = 0; i < DEPTH; i++) {
      gram[i * (DEPTH + 1)] = 3 + i % 5;
    }
    assertArrayEquals(nearest(weights), (isSorted
        ? SecondOrderRounding.largestFirst(gram, DEPTH, 0, 2) : SecondOrderRounding.inOrder(gram, DEPTH, 0, 2))
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
    assertArrayEquals(new double[] {first, second}, SecondOrderRounding.inOrder(gram, 2, 0, 0).round(weights, whole));
    assertArrayEquals(
        new double[] {first, second}, SecondOrderRounding.largestFirst(gram, 2, 0, 0).round(weights, whole));
    double[] turned = SecondOrderRounding.largestFirst(new double[] {1, 1.5, 1.5, 4}, 2, 0, 0)
        .round(new double[] {weights[1], weights[0]}, whole);
    assertArrayEquals(new double[] {second, first}, turned);
    assertEquals(first, turned[1]);
  }

  /** Looking again never adds to the error, and ends where no column alone has a better code. */
  @Property(tries = 30)
  void sweepsEndWhereNoColumnHasABetterCode(@ForAll int seed) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
    double last = Double.POSITIVE_INFINITY;
    double[] rounded = weights;
    for (int sweeps : new int[] {0, 1, 2, 3, 100}) {
      rounded = SecondOrderRounding.largestFirst(gram, DEPTH, 0, sweeps).round(weights, CODES);
      double error = AlikeChannels.error(weights, rounded, gram, DEPTH);
      assertTrue(error <= last * (1 + 1e-9), error + " and " + last);
      last = error;
    }
    for (int i = 0; i < weights.length; i++) {
      int column = i % DEPTH;
      double gradient = 0;
      for (int k = 0; k < DEPTH; k++) {
        gradient += gram[column * DEPTH + k] * (rounded[i - column + k] - weights[i - column + k]);
      }
      double best = rounded[i] - gradient / gram[column * (DEPTH + 1)];
      assertEquals(CODES.nearest(i / DEPTH, column, best), rounded[i], 1e-12);
    }
  }
}
