package nibble.codegen.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import nibble.codegen.target.Targets;
import nibble.ir.format.Formats;
import nibble.ir.layout.SparseLayouts.VNOfM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VenomChoiceTest {
  private static final ProductModel MODEL = new ProductModel(Targets.get("sm_86"), Formats.F16);
  private static final VNOfM MOST = new VNOfM(128, 2, 100);
  private static final ProductShape SHAPE = new ProductShape(8192, 4096, 4000);

  /** The table of the paper's measure. */
  @ParameterizedTest
  @CsvSource({"16, 4, 0.646", "16, 5, 0.546", "64, 8, 0.335", "128, 10, 0.265", "32, 16, 0.183", "128, 20, 0.134"})
  void diversity(long v, long m, double bits) {
    assertEquals(bits, VenomChoice.diversity(new VNOfM(v, 2, m)), 5e-4);
  }

  @Test
  void theLeastSparseLayoutThatIsFastEnough() {
    double before = 0;
    for (double gain : new double[] {2, 4, 8}) {
      VNOfM chosen = VenomChoice.of(MODEL, SHAPE, MOST, gain).orElseThrow();
      assertEquals(0, SHAPE.depth() % chosen.m());
      assertTrue(MODEL.dense(SHAPE).microseconds() / MODEL.sparse(SHAPE, chosen).orElseThrow().microseconds() >= gain);
      assertTrue(chosen.m() >= before);
      before = chosen.m();
    }
    assertEquals(Optional.empty(), VenomChoice.of(MODEL, SHAPE, MOST, 100));
    assertEquals(Optional.empty(), VenomChoice.of(MODEL, SHAPE, new VNOfM(128, 2, 8), 8));
    assertEquals(64, VenomChoice.of(MODEL, SHAPE, new VNOfM(64, 2, 100), 4).orElseThrow().v());
    assertEquals(Optional.empty(), VenomChoice.of(MODEL, new ProductShape(8192, 4096, 4001), MOST, 2));
  }
}
