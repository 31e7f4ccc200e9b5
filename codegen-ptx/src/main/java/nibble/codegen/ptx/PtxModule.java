package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.target.PtxVersion;
import nibble.codegen.target.Target;

/**
 * Kernels for a target. The version is the lowest that the target and all instructions allow, so that the oldest
 * assemblers can judge the module.
 *
 * @param target what it is for
 * @param version the PTX version
 * @param kernels its entries
 */
public record PtxModule(Target target, PtxVersion version, ImmutableList<Kernel> kernels) {
  public PtxModule {
    Set<String> names = new HashSet<>();
    for (Kernel kernel : kernels) {
      checkArgument(names.add(kernel.name()), "two kernels are called %s", kernel.name());
      checkArgument(
          kernel.staticSharedBytes() <= target.limits().sharedStatic(),
          "kernel %s declares %s bytes of static shared memory, %s are possible; use dynamic shared memory",
          kernel.name(), kernel.staticSharedBytes(), target.limits().sharedStatic());
      checkArgument(
          version.compareTo(lowestVersion(target, kernel)) >= 0, "%s is too old for %s", version, kernel.name());
    }
    checkVariables(kernels);
  }

  /**
   * The module. Throws {@link UnsupportedInstructionException} where the target lacks an instruction, and {@code
   * IllegalArgumentException} where the kernels do not go together.
   */
  public static PtxModule of(Target target, List<Kernel> kernels) {
    PtxVersion version = target.minimumPtx();
    for (Kernel kernel : kernels) {
      version = version.max(lowestVersion(target, kernel));
    }
    return new PtxModule(target, version, ImmutableList.copyOf(kernels));
  }

  private static PtxVersion lowestVersion(Target target, Kernel kernel) {
    PtxVersion version = target.minimumPtx();
    for (InstructionForm form : kernel.forms()) {
      version = version.max(form.requirement().versionOn(target)
          .orElseThrow(() -> new UnsupportedInstructionException(kernel, form, target)));
    }
    return version;
  }

  /** Dynamic shared memory is declared once for the module, so kernels that name it alike must mean the same. */
  private static void checkVariables(List<Kernel> kernels) {
    Map<String, SharedVariable> declared = new HashMap<>();
    for (Kernel kernel : kernels) {
      for (SharedVariable variable : kernel.shared()) {
        SharedVariable other = declared.putIfAbsent(variable.name(), variable);
        checkArgument(
            other == null || !variable.isDynamic() && !other.isDynamic() || variable.equals(other),
            "shared variable %s is declared in two ways", variable);
      }
    }
  }

  /** The PTX. */
  public String text() {
    return PtxPrinter.print(target, version, kernels);
  }
}
