package nibble.codegen.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertEquals(
            "with fewer than 64 rows, sparse kernels that were measured lose", verdict.obstacle().orElseThrow());
      }
    }
  }

  /** Large batches, where the logs of feed-forward layers and the tables of V:N:M have gains. */
  @ParameterizedTest
  @ValueSource(longs = {1024, 2048, 4096})
  void largeFeedForwardLayersAreSparse(long side) {
    for (String target : new String[] {"sm_80", "sm_86", "sm_89"}) {
      for (NumberFormat format : new NumberFormat[] {Formats.F16, Formats.I8}) {
        SparsityVerdict half = verdict(Targets.get(target), format, HALF, 8192, side);
        SparsityVerdict quarter = verdict(Targets.get(target), format, QUARTER, 8192, side);
        assertTrue(half.pays(), target + " " + half);
        assertTrue(half.gain() <= 2, target + " " + half);
        assertTrue(quarter.gain() > half.gain() && quarter.gain() <= 4, target + " " + quarter);
      }
    }
  }

  /** Where dense kernels use wgmma and sparse ones can't, half of the work takes more than half of the time. */
  @Test
  void wgmmaLeavesLittle() {
    SparsityVerdict verdict = verdict(Targets.get("sm_90a"), Formats.F16, HALF, 8192, 4096);
    assertTrue(verdict.gain() < 1.3, verdict.toString());
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
