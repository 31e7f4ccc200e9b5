package sample.logformat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.matrix.FormatMatrix;
import nibble.codegen.matrix.KernelFamily;
import nibble.codegen.matrix.MatrixPage;
import nibble.codegen.matrix.Precision;
import nibble.codegen.matrix.Support;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.compile.Toolchain;
import nibble.engine.matrix.CellProof;
import nibble.engine.matrix.ProveMatrix;
import org.junit.jupiter.api.Test;

/** The format has kernels, of which it knows nothing: its codes are looked up. */
class LogFormatKernelsTest {
  private static final Target TARGET = Targets.get("sm_80");

  private final FormatMatrix matrix = new FormatMatrix(
      Toolchain.withPlugins(List.of()).backend(), ImmutableList.of(TARGET), ImmutableList.of(LogFormatPlugin.LOG5));

  @Test
  void theFormatIsInTheMatrix() {
    String page = MatrixPage.of(matrix);
    assertTrue(page.contains("| | `log5` |"), page);
    for (KernelFamily family : KernelFamily.values()) {
      Support support = matrix.support(family, new Precision(LogFormatPlugin.LOG5, "scale<token, f32>"), TARGET);
      assertTrue(support instanceof Support.Unpacked, family + ": " + support);
    }
  }

  @Test
  void itsKernelsAreProven() {
    List<CellProof> proofs = ProveMatrix.prove(matrix);
    assertEquals(List.of(), proofs.stream().filter(proof -> proof.fault().isPresent()).toList());
    assertTrue(proofs.size() >= 30, proofs.size() + " cells");
  }
}
