package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.calibration.AlikeChannels;
import nibble.ir.calibration.InverseHessian;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;

class SecondOrderPruningTest {
  private static final int DEPTH = 16;
  private static final int ROWS = 8;

  private static SecondOrderPruning pruning(double[] gram, int depth, double damping) {
    return new SecondOrderPruning(InverseHessian.of(gram, depth, damping));
  }

  private static final SparseLayout[] LAYOUTS = {new NOfM(2, 4), new NOfM(4, 8), new VNOfM(4, 2, 8)};

  private static double[] pruned(double[] weights, double[] gram, SparseLayout layout) {
    int width = Math.toIntExact(layout.numbers().getLast());
    return pruning(gram, DEPTH, 0).prune(weights, layout::select, width);
  }

  /**
   * What is left fits the layout; and each element that is kept is what least squares over it and all columns behind
   * the last one that was pruned before it says, given what stands at or before that one.
   */
  @Property(tries = 20)
  void othersMakeUpForWhatGoes(@ForAll int seed) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
    for (SparseLayout layout : LAYOUTS) {
      double[] pruned = pruned(weights, gram, layout);
      boolean[] keep = layout.select(pruned, DEPTH);
      for (int row = 0; row < weights.length; row += DEPTH) {
        double[] expected = Arrays.copyOfRange(weights, row, row + DEPTH);
        for (int j = 0; j < DEPTH; j++) {
          assertTrue(keep[row + j] || pruned[row + j] == 0);
          if (pruned[row + j] == 0) {
            expected[j] = 0;
            leastSquares(expected, Arrays.copyOfRange(weights, row, row + DEPTH), gram, j + 1);
          } else {
            assertEquals(expected[j], pruned[row + j], 1e-8, layout.text());
          }
        }
      }
    }
  }

  /**
   * Of most weights the product is nearer than with the same mask and nothing else changed. Not of all: an element may
   * make up for others by means of one that goes later.
   */
  @Example
  void productsAreNearerThanByMasksAlone() {
    for (SparseLayout layout : LAYOUTS) {
      double error = 0;
      double ofMasksAlone = 0;
      for (int seed = 0; seed < 40; seed += 2) {
        double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
        double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
        double[] pruned = pruned(weights, gram, layout);
        double[] unchanged = new double[weights.length];
        Arrays.setAll(unchanged, i -> pruned[i] == 0 ? 0 : weights[i]);
        error += AlikeChannels.error(weights, pruned, gram, DEPTH);
        ofMasksAlone += AlikeChannels.error(weights, unchanged, gram, DEPTH);
      }
      assertTrue(error < 0.8 * ofMasksAlone, layout.text() + " " + error / ofMasksAlone);
    }
  }

  /** Changes the elements from {@code first} on such that {@code (row - weights) gram (row - weights)^T} is least. */
  private static void leastSquares(double[] row, double[] weights, double[] gram, int first) {
    int free = DEPTH - first;
    double[][] system = new double[free][free + 1];
    for (int i = 0; i < free; i++) {
      int at = (first + i) * DEPTH;
      for (int k = 0; k < DEPTH; k++) {
        if (k < first) {
          system[i][free] -= gram[at + k] * (row[k] - weights[k]);
        } else {
          system[i][k - first] = gram[at + k];
        }
      }
    }
    // Gauss-Jordan; the matrix is positive definite, so it needs no pivoting.
    for (int pivot = 0; pivot < free; pivot++) {
      for (int i = 0; i < free; i++) {
        double share = i == pivot ? 0 : system[i][pivot] / system[pivot][pivot];
        for (int k = pivot; k <= free; k++) {
          system[i][k] -= share * system[pivot][k];
        }
      }
    }
    for (int i = 0; i < free; i++) {
      row[first + i] = weights[first + i] + system[i][free] / system[i][i];
    }
  }

  @Property(tries = 20)
  void ofChannelsThatHaveNothingInCommonItIsMagnitude(@ForAll int seed) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] unit = new double[DEPTH * DEPTH];
    for (int i = 0; i < DEPTH; i++) {
      unit[i * (DEPTH + 1)] = 3;
    }
    NOfM layout = new NOfM(2, 4);
    boolean[] keep = layout.select(weights, DEPTH);
    double[] expected = new double[weights.length];
    Arrays.setAll(expected, i -> keep[i] ? weights[i] : 0);
    assertArrayEquals(expected, pruning(unit, DEPTH, 0).prune(weights, layout::select, 4), 1e-12);
  }

  /** Of two elements the one whose loss is least goes, and the one behind it becomes what least squares says. */
  @Property(tries = 50)
  void twoElementsAsByLeastSquares(@ForAll int seed) {
    double[] gram = AlikeChannels.gram(2, seed);
    double[] weights = AlikeChannels.normal(2, seed + 1L);
    double[] pruned = pruning(gram, 2, 0).prune(weights, new NOfM(1, 2)::select, 2);
    // Without the first element the second makes up for it; without the second, the first has passed.
    double lossOfFirst = weights[0] * weights[0] * (gram[0] - gram[1] * gram[1] / gram[3]);
    double lossOfSecond = weights[1] * weights[1] * gram[3];
    double[] expected = lossOfFirst < lossOfSecond
        ? new double[] {0, weights[1] + weights[0] * gram[1] / gram[3]} : new double[] {weights[0], 0};
    assertArrayEquals(expected, pruned, 1e-9);
  }

  @Example
  void masksMayBeTransposable() {
    double[] pruned = pruning(AlikeChannels.gram(DEPTH, 3), DEPTH, 0.5)
        .prune(AlikeChannels.normal(ROWS * DEPTH, 4), TransposableMask::select, 4);
    for (int column = 0; column < DEPTH; column++) {
      for (int row = 0; row < ROWS; row += 4) {
        int kept = 0;
        for (int i = 0; i < 4; i++) {
          kept += pruned[(row + i) * DEPTH + column] != 0 ? 1 : 0;
        }
        assertTrue(kept <= 2);
      }
    }
  }

  @Example
  void ofActivationsThatAreZeroAnyMayGo() {
    double[] zeros = pruning(new double[4], 2, 0.5).prune(new double[] {1, 2}, new NOfM(1, 2)::select, 2);
    assertArrayEquals(new double[] {0, 2}, zeros);
  }
}
