package nibble.codegen.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparsityVerdictTest {
  private static final SparseLayout HALF = new NOfM(2, 4);
  private static final SparseLayout QUARTER = new VNOfM(64, 2, 8);

  private static SparsityVerdict verdict(
      Target target, NumberFormat format, SparseLayout layout, long rows, long side) {
    return SparsityVerdict.of(new ProductModel(target, format), new ProductShape(rows, 4 * side, side), layout);
  }

  /** Decode: one row, layers of the sizes of GPT-2 and LLaMA. */
  @ParameterizedTest
  @ValueSource(longs = {768, 4096, 8192})
  void oneRowIsDense(long side) {
    for (Target target : Targets.all()) {
      for (SparseLayout layout : new SparseLayout[] {HALF, QUARTER}) {
        SparsityVerdict verdict = verdict(target, Formats.F16, layout, 1, side);
        assertFalse(verdict.pays(), target + " " + verdict);
      }
    }
  }

  /**
   * Products of few rows at which kernels lost that somebody measured on the parts that the model knows: their blocks
   * are too few to have enough loads under way, and no rule is needed to say so.
   */
  @Test
  void fewRowsWaitForLoads() {
    List<PublishedRatio> lost = PublishedRatio.all().stream()
        .filter(ratio -> ratio.shape().rows() <= 64 && ratio.most() < 1)
        .filter(ratio -> Set.of("sm_80", "sm_90a").contains(ratio.target().name())).toList();
    assertEquals(3, lost.size());
    for (PublishedRatio ratio : lost) {
      SparsityVerdict verdict = ratio.modelled();
      assertTrue(verdict.gain() < SparsityVerdict.LEAST_GAIN, verdict.toString());
      assertEquals(
          "the gain is less than a tenth: the sparse product waits for the latency of loads",
          verdict.obstacle().orElseThrow());
    }
  }

  /** Where bytes are all that the model knows of few rows, what was measured has the last word. */
  @Test
  void fewRowsOfLargeWeightsAreDenseByRule() {
    SparsityVerdict verdict = verdict(Targets.get("sm_80"), Formats.F16, HALF, 1, 8192);
    assertTrue(verdict.gain() > SparsityVerdict.LEAST_GAIN);
    assertEquals("with fewer than 64 rows, sparse kernels that were measured lose", verdict.obstacle().orElseThrow());
  }

  /** Large batches of feed-forward layers that somebody has published a gain of. */
  @Test
  void largeFeedForwardLayersAreSparse() {
    List<PublishedRatio> gained = PublishedRatio.all().stream()
        .filter(ratio -> ratio.note().startsWith("feed-forward layer") && ratio.shape().rows() >= 8192).toList();
    assertTrue(gained.size() > 25, gained::toString);
    for (PublishedRatio ratio : gained) {
      assertTrue(ratio.least() > SparsityVerdict.LEAST_GAIN);
      assertTrue(ratio.modelled().pays(), ratio + " " + ratio.modelled());
    }
  }

  /**
   * What tensor cores bind, half of the work takes half of the time, and a quarter a quarter, but for tiles at the end.
   */
  @ParameterizedTest
  @ValueSource(longs = {1024, 4096})
  void whatTensorCoresBindFallsWithTheWork(long side) {
    for (String target : new String[] {"sm_86", "sm_89"}) {
      SparsityVerdict half = verdict(Targets.get(target), Formats.F16, HALF, 8192, side);
      SparsityVerdict quarter = verdict(Targets.get(target), Formats.F16, QUARTER, 8192, side);
      assertEquals(2, half.gain(), 0.1, target + " " + half);
      assertEquals(4, quarter.gain(), 0.3, target + " " + quarter);
      SparsityVerdict ofPairs = verdict(Targets.get(target), Formats.TF32, new NOfM(1, 2), 8192, side);
      assertEquals(2, ofPairs.gain(), 0.15, target + " " + ofPairs);
    }
  }

  /**
   * Where both operands come from shared memory, half of the work takes more than half of the time: the dense operand
   * is read as before.
   */
  @Test
  void wgmmaLeavesLittle() {
    SparsityVerdict verdict = verdict(Targets.get("sm_90a"), Formats.F16, HALF, 8192, 4096);
    assertTrue(verdict.gain() > SparsityVerdict.LEAST_GAIN && verdict.gain() < 1.3, verdict.toString());
    assertEquals("shared memory", verdict.sparse().bound().toString());
  }

  @Test
  void whatNoInstructionTakesDoesNotPay() {
    SparsityVerdict verdict = verdict(Targets.get("sm_80"), Formats.F16, new NOfM(1, 4), 8192, 4096);
    assertEquals(1, verdict.gain());
    assertEquals("no sparse matrix instruction takes 1:4", verdict.obstacle().orElseThrow());
  }

  /** Time never falls with the size of a product, and a launch takes some of it. */
  @Test
  void timesGrow() {
    ProductModel model = new ProductModel(Targets.get("sm_86"), Formats.F16);
    double before = 2;
    for (long rows = 64; rows <= 1 << 16; rows *= 4) {
      double now = model.dense(new ProductShape(rows, 4096, 1024)).microseconds();
      assertTrue(now >= before);
      before = now;
    }
  }
}
