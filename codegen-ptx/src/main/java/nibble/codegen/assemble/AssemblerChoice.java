package nibble.codegen.assemble;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.ptx.PtxModule;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;

/**
 * The assemblers of this machine. The built-in compiler is asked first, as it starts no process; {@code ptxas} where
 * that is too old.
 *
 * @param assemblers in the order in which they are asked
 * @param missing what else would be asked, were it here
 */
public record AssemblerChoice(ImmutableList<Assembler> assemblers, ImmutableList<String> missing) {
  /** The built-in compiler and the {@code ptxas} on the search path. */
  public static AssemblerChoice ofThisMachine() {
    return of(PtxasAssembler.onPath(), "there is no ptxas on the search path");
  }

  /** The built-in compiler and the {@code ptxas} at a place. */
  public static AssemblerChoice withPtxas(Path program) {
    return of(PtxasAssembler.at(program), program + " is no ptxas that runs");
  }

  private static AssemblerChoice of(Optional<PtxasAssembler> ptxas, String otherwise) {
    ImmutableList.Builder<Assembler> assemblers = ImmutableList.<Assembler>builder().add(JCudaAssembler.open());
    ptxas.ifPresent(assemblers::add);
    ImmutableList<String> missing = ptxas.isPresent() ? ImmutableList.of() : ImmutableList.of(otherwise);
    return new AssemblerChoice(assemblers.build(), missing);
  }

  /** Assembles a module with the first assembler that can judge it. */
  public Verdict assemble(PtxModule module) {
    return assemble(module.text(), module.target(), module.version());
  }

  /** Assembles PTX with the first assembler that can judge it. */
  public Verdict assemble(String ptx, Target target, PtxVersion version) {
    List<String> reasons = new ArrayList<>();
    for (Assembler assembler : assemblers) {
      Optional<String> refusal = assembler.refusal(target, version);
      if (refusal.isPresent()) {
        reasons.add(refusal.get());
        continue;
      }
      Verdict verdict = assembler.assemble(ptx, target);
      if (!(verdict instanceof Verdict.Skipped(String reason))) {
        return verdict;
      }
      reasons.add(reason);
    }
    reasons.addAll(missing);
    return new Verdict.Skipped(reasons.stream().collect(joining("; ")));
  }
}
