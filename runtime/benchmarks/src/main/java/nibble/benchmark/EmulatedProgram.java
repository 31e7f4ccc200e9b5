package nibble.benchmark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.target.Targets;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.text.Parser;

/** The kernels that this backend makes of a function, on a PTX machine, with random numbers in all buffers. */
final class EmulatedProgram {
  private record Call(PtxKernel kernel, LaunchConfig config, List<Argument> arguments) {}

  private final Machine machine;
  private final Random random = new Random(1);
  private final Map<Value, List<Argument>> buffers = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();

  /** Compiles the first function of an IR text, whose sizes are constants, for sm_80. */
  EmulatedProgram(Machine machine, String text) {
    this.machine = machine;
    Module module = Parser.parse(text, "benchmark.ir", Registry.core());
    Program program =
        new Backend().compile(module, module.functions().values().iterator().next(), Targets.get("sm_80"));
    PtxProgram loaded = machine.load(program.module().text(), "benchmark.ptx");
    for (Program.Launch launch : program.launches()) {
      CompiledKernel compiled = program.kernels().get(launch.kernel());
      calls.add(new Call(loaded.kernel(compiled.name()), config(compiled), arguments(launch.operation())));
    }
  }

  private static LaunchConfig config(CompiledKernel compiled) {
    int[] grid = compiled.grid().stream().mapToInt(extent -> (int) extent.evaluate(Map.of())).toArray();
    return new LaunchConfig(
        new LaunchConfig.Extent(grid[0], grid[1], grid[2]), new LaunchConfig.Extent(compiled.code().threads(), 1, 1),
        compiled.code().sharedBytes());
  }

  private List<Argument> arguments(Operation operation) {
    List<Argument> arguments = new ArrayList<>();
    operation.operands().forEach(operand -> arguments.addAll(buffers(operand)));
    operation.results().forEach(result -> arguments.addAll(buffers(result)));
    return arguments;
  }

  private List<Argument> buffers(Value value) {
    return buffers.computeIfAbsent(value, it -> allocate(it.tensorType()));
  }

  private List<Argument> allocate(TensorType type) {
    List<Argument> parts = new ArrayList<>();
    parts.add(buffer(type, "tensor"));
    if (type.isScaled()) {
      parts.add(buffer(type.scaleType(), "scales"));
    }
    return parts;
  }

  private Argument buffer(TensorType type, String name) {
    long bytes = type.shape().size().constant() * type.format().storageBits() / Byte.SIZE;
    return Argument.of(machine.memory().allocate(elements(type).random(Math.toIntExact(bytes), random), name));
  }

  private static Elements elements(TensorType type) {
    if (type.format().equals(Formats.F16)) {
      return Elements.F16;
    }
    if (type.format().equals(Formats.BF16)) {
      return Elements.BF16;
    }
    return type.format().equals(Formats.F32) ? Elements.F32 : Elements.BYTE;
  }

  /** Launches all kernels, one after the other. */
  Work launch(Work work) {
    calls.forEach(call -> work.add(machine.launch(call.kernel, call.config, call.arguments)));
    return work;
  }
}
