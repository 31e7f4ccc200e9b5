package nibble.emulator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import nibble.emulator.check.SiteOrders;
import nibble.emulator.code.Code;
import nibble.emulator.execute.BytecodeCompiler;
import nibble.emulator.execute.Executable;
import nibble.emulator.execute.Interpreter;
import nibble.emulator.lower.Instrumentation;
import nibble.emulator.lower.LoweredModule;
import nibble.emulator.model.Function;
import nibble.emulator.model.Target;
import nibble.emulator.model.Variable;

/** A kernel of a loaded program. It is compiled when it is first launched, once. Safe for threads. */
public final class PtxKernel {
  private final LoweredModule module;
  private final Function function;
  private final List<Parameter> parameters;
  private final int sharedBytes;
  private final Map<Instrumentation, Code> codes = new ConcurrentHashMap<>();
  private final Map<Variant, Executable> executables = new ConcurrentHashMap<>();
  private final Map<Instrumentation, SiteOrders> orders = new ConcurrentHashMap<>();

  private record Variant(Tier tier, Instrumentation instrumentation) {}

  /**
   * A parameter.
   *
   * @param offset in parameter space
   * @param size in bytes
   * @param align in bytes
   */
  public record Parameter(String name, long offset, long size, int align) {}

  PtxKernel(LoweredModule module, Function function) {
    this.module = module;
    this.function = function;
    this.sharedBytes = module.sharedBytes(function.name());
    List<Long> offsets = module.parameterOffsets(function.name());
    List<Variable> variables = function.parameters();
    this.parameters =
        IntStream.range(0, variables.size())
            .mapToObj(
                i -> {
                  Variable variable = variables.get(i);
                  return new Parameter(variable.name(), offsets.get(i), variable.bytes(), variable.align());
                })
            .toList();
  }

  public String name() {
    return function.name();
  }

  /** The parameters, in the order of arguments. */
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Bytes of static shared memory. */
  public int sharedBytes() {
    return sharedBytes;
  }

  /** The target that the program was compiled for. */
  public Target target() {
    return module.target();
  }

  /** Numbers of a performance directive such as {@code maxntid}; empty where it is not stated. */
  public List<Integer> tuning(String directive) {
    return function.tuning().getOrDefault(directive, List.of());
  }

  /** 32-bit, 64-bit and predicate registers that a thread has, once those that are never alive together share one. */
  public Registers registers() {
    Code code = code(Instrumentation.NONE);
    return new Registers(code.words(), code.longs(), code.predicates());
  }

  /** How many registers of each kind there are. */
  public record Registers(int words, int longs, int predicates) {}

  Code code(Instrumentation instrumentation) {
    return codes.computeIfAbsent(instrumentation, it -> module.link(name(), it));
  }

  /** What the instructions of that code say of order. */
  SiteOrders orders(Instrumentation instrumentation) {
    return orders.computeIfAbsent(instrumentation, it -> SiteOrders.of(code(it)));
  }

  Executable executable(Tier tier, Instrumentation instrumentation) {
    return executables.computeIfAbsent(
        new Variant(tier, instrumentation),
        variant ->
            switch (variant.tier) {
              case INTERPRETED -> new Interpreter(code(instrumentation));
              case COMPILED -> BytecodeCompiler.compile(code(instrumentation));
            });
  }

  @Override
  public String toString() {
    return name();
  }
}
