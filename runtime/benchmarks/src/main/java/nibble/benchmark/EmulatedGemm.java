package nibble.benchmark;

import java.util.concurrent.TimeUnit;
import nibble.emulator.Machine;
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
    F16("f16>", "f16>", "f16"),
    BF16("bf16>", "bf16>", "bf16"),
    S8("i8, scale<token, f32>>", "i8, scale<axis 0, f32>>", "f32");

    private final String left;
    private final String right;
    private final String result;

    Case(String left, String right, String result) {
      this.left = left;
      this.right = right;
      this.result = result;
    }

    /** A product of squares of this size. */
    String text(int size) {
      return """
          module @gemm {
            func @main(%%a: tensor<[%1$d,%1$d] x %2$s, %%b: tensor<[%1$d,%1$d] x %3$s) {
              %%0 = matmul %%a, %%b {transposeB = true, to = %4$s} : tensor<[%1$d,%1$d] x %4$s>
              return %%0
            }
          }
          """.formatted(size, left, right, result);
    }
  }

  @Param private Case what;

  private Machine machine;
  private EmulatedProgram program;

  @Setup
  public void load() {
    machine = Machine.builder().workers(WORKERS).build();
    program = new EmulatedProgram(machine, what.text(1024));
  }

  @Benchmark
  public Work launch(Work work) {
    return program.launch(work);
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
