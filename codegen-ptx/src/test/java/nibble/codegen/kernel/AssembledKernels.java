package nibble.codegen.kernel;

import java.util.Optional;
import java.util.function.Consumer;
import nibble.codegen.assemble.Assembler;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.ptx.PtxModule;

/**
 * What assemblers of this machine make of kernels. One that cannot judge them is a line of output, a refusal an error.
 */
public final class AssembledKernels {
  private static final AssemblerChoice ASSEMBLERS = AssemblerChoice.ofThisMachine();

  private AssembledKernels() {}

  /** Looks at what the assembler makes that is best for a module. */
  public static void check(PtxModule module, Consumer<Verdict.Assembled> check) {
    judge(ASSEMBLERS.assemble(module), check);
  }

  /** Looks at what each assembler makes. */
  public static void checkAll(PtxModule module, Consumer<Verdict.Assembled> check) {
    for (Assembler assembler : ASSEMBLERS.assemblers()) {
      Optional<String> refusal = assembler.refusal(module.target(), module.version());
      if (refusal.isPresent()) {
        System.out.println("skipped: " + refusal.get());
      } else {
        judge(assembler.assemble(module.text(), module.target()), check);
      }
    }
  }

  private static void judge(Verdict verdict, Consumer<Verdict.Assembled> check) {
    switch (verdict) {
      case Verdict.Assembled assembled -> check.accept(assembled);
      case Verdict.Rejected rejected -> throw new AssertionError(rejected.describe());
      case Verdict.Skipped skipped -> System.out.println("skipped: " + skipped.reason());
    }
  }
}
