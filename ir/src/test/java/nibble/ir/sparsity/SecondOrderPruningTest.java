package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

  /** What is left fits the layout, and the product is nearer than with the same mask and nothing else changed. */
  @Property(tries = 20)
  void othersMakeUpForWhatGoes(@ForAll int seed) {
    double[] weights = AlikeChannels.normal(ROWS * DEPTH, seed);
    double[] gram = AlikeChannels.gram(DEPTH, seed + 1L);
    for (SparseLayout layout : new SparseLayout[] {new NOfM(2, 4), new NOfM(4, 8), new VNOfM(4, 2, 8)}) {
      int width = Math.toIntExact(layout.numbers().getLast());
      double[] pruned = pruning(gram, DEPTH, 0.01).prune(weights, layout::select, width);
      boolean[] keep = layout.select(pruned, DEPTH);
      double[] unchanged = new double[weights.length];
      for (int i = 0; i < weights.length; i++) {
        assertTrue(keep[i] || pruned[i] == 0);
        unchanged[i] = pruned[i] == 0 ? 0 : weights[i];
      }
      assertTrue(AlikeChannels.error(weights, pruned, gram, DEPTH) < AlikeChannels.error(weights, unchanged, gram, DEPTH), layout.text());
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
