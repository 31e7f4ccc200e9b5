package nibble.codegen.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import nibble.codegen.Golden;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.ptx.pass.PtxPasses;
import nibble.codegen.target.Targets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole kernels, made by hand of layouts and the builder, assemble without spills. */
class SmallKernelsTest {
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_89", "sm_90a", "sm_120a"})
  void vectorAdd(String target) {
    assemble(VectorAdd.kernel(), target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_89", "sm_90a", "sm_120a"})
  void tensorCoreGemm(String target) {
    assemble(S8Gemm.kernel(), target);
  }

  @Test
  void textOfTheGemm() {
    Golden.check(SmallKernelsTest.class, "gemm_s8.ptx",
        PtxModule.of(Targets.get("sm_80"), List.of(PtxPasses.optimize(S8Gemm.kernel()))).text());
  }

  private static void assemble(Kernel kernel, String target) {
    PtxModule module = PtxModule.of(Targets.get(target), List.of(PtxPasses.optimize(kernel)));
    switch (ASSEMBLERS.assemble(module)) {
      case Verdict.Assembled assembled -> {
        assertEquals(0, assembled.spillBytes(), assembled.log());
        assertEquals(kernel.name(), assembled.kernels().getFirst().kernel());
        assertTrue(assembled.kernels().getFirst().registers() > 0);
      }
      case Verdict.Rejected rejected -> throw new AssertionError(rejected.describe());
      case Verdict.Skipped(String reason) -> assumeTrue(false, "skipped: " + reason);
    }
  }
}
