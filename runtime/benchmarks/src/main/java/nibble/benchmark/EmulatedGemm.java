package nibble.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.target.Targets;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.text.Parser;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A product of two matrices of 1024 x 1024 by a kernel of this backend on the PTX machine, on two cores. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 15, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class EmulatedGemm {
  private static final int WORKERS = 2;

  /** Types of the operands and of the result. */
  public enum Case {
    F16("1024,1024] x f16>", "1024,1024] x f16>", "f16", Elements.F16),
    BF16("1024,1024] x bf16>", "1024,1024] x bf16>", "bf16", Elements.BF16),
    S8("1024,1024] x i8, scale<token, f32>>", "1024,1024] x i8, scale<axis 0, f32>>", "f32", Elements.BYTE);

    private final Elements elements;
    private final String text;

    Case(String left, String right, String result, Elements elements) {
      this.elements = elements;
      text = """
          module @gemm {
            func @main(%%a: tensor<[%s, %%b: tensor<[%s) {
              %%0 = matmul %%a, %%b {transposeB = true, to = %s} : tensor<[1024,1024] x %s>
              return %%0
            }
          }
          """.formatted(left, right, result, result);
    }
  }

  @Param private Case what;

  private Machine machine;
  private PtxKernel kernel;
  private LaunchConfig config;
  private List<Argument> arguments;

  @Setup
  public void load() {
    Module module = Parser.parse(what.text, "gemm", Registry.core());
    Program program = new Backend().compile(module, module.functions().get("main"), Targets.get("sm_80"));
    CompiledKernel compiled = program.kernels().getFirst();
    machine = description().build();
    kernel = machine.load(program.module().text(), "gemm.ptx").kernel(compiled.name());
    int[] grid = compiled.grid().stream().mapToInt(extent -> (int) extent.evaluate(Map.of())).toArray();
    config = new LaunchConfig(
        new LaunchConfig.Extent(grid[0], grid[1], grid[2]), new LaunchConfig.Extent(compiled.code().threads(), 1, 1),
        compiled.code().sharedBytes());
    arguments = new ArrayList<>();
    Random random = new Random(1);
    program.launches().getFirst().operation().operands()
        .forEach(operand -> allocate(operand.tensorType(), random));
    program.launches().getFirst().operation().results()
        .forEach(result -> allocate(result.tensorType(), random));
  }

  /** The machine that runs it. */
  Machine.Builder description() {
    return Machine.builder().workers(WORKERS);
  }

  private void allocate(TensorType type, Random random) {
    arguments.add(Argument.of(machine.memory().allocate(bytes(type, what.elements, random), "tensor")));
    if (type.isScaled()) {
      arguments.add(Argument.of(machine.memory().allocate(bytes(type.scaleType(), Elements.F32, random), "scales")));
    }
  }

  private static byte[] bytes(TensorType type, Elements elements, Random random) {
    long bytes = type.shape().size().constant() * type.format().storageBits() / Byte.SIZE;
    return elements.random(Math.toIntExact(bytes), random);
  }

  @Benchmark
  public LaunchResult launch(Work work) {
    return work.add(machine.launch(kernel, config, arguments));
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
