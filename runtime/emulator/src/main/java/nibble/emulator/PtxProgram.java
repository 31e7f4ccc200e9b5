package nibble.emulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.emulator.lower.LoweredModule;
import nibble.emulator.memory.GlobalMemory;
import nibble.emulator.memory.Region;
import nibble.emulator.model.Target;
import nibble.emulator.report.Suggestion;

/** Loaded PTX. It belongs to the machine that loaded it, and can be launched as often as one likes, by any thread. */
public final class PtxProgram implements AutoCloseable {
  private final String name;
  private final LoweredModule module;
  private final GlobalMemory memory;
  private final Map<String, PtxKernel> kernels = new LinkedHashMap<>();

  PtxProgram(String name, LoweredModule module, GlobalMemory memory) {
    this.name = name;
    this.module = module;
    this.memory = memory;
    module.kernels().forEach((kernel, function) -> kernels.put(kernel, new PtxKernel(module, function)));
  }

  /** The name under which it was loaded. */
  public String name() {
    return name;
  }

  public Target target() {
    return module.target();
  }

  /** All kernels, in the order of the text. */
  public List<PtxKernel> kernels() {
    return List.copyOf(kernels.values());
  }

  /**
   * The kernel of this name.
   *
   * @throws LaunchException if there is none; it says which one may have been meant
   */
  public PtxKernel kernel(String kernel) {
    PtxKernel found = kernels.get(kernel);
    if (found == null) {
      String hint =
          Suggestion.didYouMean(kernel, kernels.keySet())
              .orElse("it has " + (kernels.isEmpty() ? "no kernels" : String.join(", ", kernels.keySet())));
      throw new LaunchException(name + " has no kernel '" + kernel + "'; " + hint);
    }
    return found;
  }

  /** The memory of a global or constant variable. */
  public Optional<Allocation> variable(String variable) {
    return Optional.ofNullable(module.variables().get(variable)).map(Allocation::new);
  }

  /** Frees the program's variables. Its kernels must not be launched any more. */
  @Override
  public void close() {
    for (Region region : module.variables().values()) {
      memory.free(region);
    }
  }
}
