package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.code.Code;
import nibble.emulator.memory.Region;
import nibble.emulator.model.Function;
import nibble.emulator.model.Target;

/** A module that has passed all checks. Kernels are linked when they are asked for. */
public final class LoweredModule {
  private final Target target;
  private final Map<Frame, LoweredFunction> functions;
  private final Source source;
  private final Map<Instrumentation, Map<Frame, LoweredFunction>> instrumented = new ConcurrentHashMap<>();
  private final Map<String, Region> variables;

  /** Lowers the module's functions once more. */
  interface Source {
    Map<Frame, LoweredFunction> lower(Instrumentation instrumentation);
  }

  LoweredModule(
      Target target,
      Map<Frame, LoweredFunction> functions,
      Source source,
      Map<String, Region> variables) {
    this.target = target;
    this.functions = functions;
    this.source = source;
    this.variables = Map.copyOf(variables);
  }

  public Target target() {
    return target;
  }

  /** Memory of the module's global and constant variables. */
  public Map<String, Region> variables() {
    return variables;
  }

  /** The module's kernels by name, in their order. */
  public Map<String, Function> kernels() {
    Map<String, Function> kernels = new LinkedHashMap<>();
    for (Frame frame : functions.keySet()) {
      if (frame.function().isEntry()) {
        kernels.put(frame.name(), frame.function());
      }
    }
    return kernels;
  }

  /** Where each parameter of a kernel lies. */
  public List<Long> parameterOffsets(String kernel) {
    return frame(functions, kernel).parameters().stream().map(it -> ((MemorySymbol) it).address()).toList();
  }

  /** Bytes of static shared memory that a kernel needs. */
  public int sharedBytes(String kernel) {
    return new MemoryLayout(reachable(functions, kernel)).sharedBytes();
  }

  /**
   * A kernel's code.
   *
   * @param instrumentation what it tells an observer
   */
  public Code link(String kernel, Instrumentation instrumentation) {
    boolean isPlain = instrumentation.equals(Instrumentation.NONE);
    return Linker.link(
        reachable(isPlain ? functions : instrumented.computeIfAbsent(instrumentation, source::lower), kernel));
  }

  private static Frame frame(Map<Frame, LoweredFunction> functions, String kernel) {
    return functions.keySet().stream().filter(it -> it.name().equals(kernel)).findFirst().orElseThrow();
  }

  private static List<LoweredFunction> reachable(Map<Frame, LoweredFunction> functions, String kernel) {
    Set<LoweredFunction> reached = new LinkedHashSet<>();
    List<LoweredFunction> work = new ArrayList<>(List.of(functions.get(frame(functions, kernel))));
    while (!work.isEmpty()) {
      LoweredFunction function = work.remove(work.size() - 1);
      if (reached.add(function)) {
        function.callees().forEach(it -> work.add(functions.get(it)));
      }
    }
    return List.copyOf(reached);
  }
}
