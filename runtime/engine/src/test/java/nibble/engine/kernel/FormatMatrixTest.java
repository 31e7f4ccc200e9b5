package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.codegen.Backend;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.matrix.FormatMatrix;
import nibble.codegen.matrix.FormatMatrix.Cell;
import nibble.codegen.matrix.Support;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.PtxModule;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.matrix.CellProof;
import nibble.engine.matrix.ProveMatrix;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every cell of {@code docs/format-matrix.md} that has kernels: run, proven, and assembled. */
class FormatMatrixTest {
  @Test
  void everyKernelIsProven() {
    ImmutableList<CellProof> proofs = ProveMatrix.prove(FormatMatrix.of(new Backend(), Targets.all()));
    assertEquals(List.of(), proofs.stream().filter(proof -> proof.fault().isPresent()).toList());
    assertTrue(proofs.size() > 1000, proofs.size() + " cells");
  }

  /** Those of other targets are the same as those of an older one, but for the first lines. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_89", "sm_90a", "sm_120a"})
  void everyKernelAssembles(String name) {
    Target target = Targets.get(name);
    List<Kernel> kernels = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (Cell cell : FormatMatrix.of(new Backend(), ImmutableList.of(target)).cells()) {
      if (cell.support() instanceof Support.Compiled compiled && known.add(compiled.program().module().text())) {
        compiled.program().kernels().forEach(kernel ->
            kernels.add(named("kernel" + kernels.size(), kernel.code().kernel())));
      }
    }
    Verdict verdict = AssemblerChoice.ofThisMachine().assemble(PtxModule.of(target, kernels));
    Assumptions.assumeFalse(verdict instanceof Verdict.Skipped, verdict::toString);
    assertTrue(verdict instanceof Verdict.Assembled, verdict::toString);
  }

  private static Kernel named(String name, Kernel kernel) {
    return new Kernel(
        name, kernel.parameters(), kernel.shared(), kernel.maxThreads(), kernel.minBlocks(), kernel.body());
  }
}
