package nibble.benchmark;

import java.util.concurrent.TimeUnit;
import nibble.emulator.Machine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Attention of 8 heads over 256 tokens by kernels of this backend on the PTX machine, on two cores: scores, softmax and
 * context.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 15, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class EmulatedAttention {
  private static final int WORKERS = 2;

  private Machine machine;
  private EmulatedProgram program;

  /** Attention of this many heads over this many tokens, in f16. */
  static String text(int heads, int tokens) {
    return """
        module @attention {
          func @main(%%q: tensor<[%1$d,%2$d,64] x f16>, %%k: tensor<[%1$d,%2$d,64] x f16>,
              %%v: tensor<[%1$d,%2$d,64] x f16>) {
            %%0 = matmul %%q, %%k {transposeB = true, to = f32} : tensor<[%1$d,%2$d,%2$d] x f32>
            %%1 = softmax %%0 : tensor<[%1$d,%2$d,%2$d] x f32>
            %%2 = cast %%1 {to = f16} : tensor<[%1$d,%2$d,%2$d] x f16>
            %%3 = matmul %%2, %%v {transposeB = false, to = f16} : tensor<[%1$d,%2$d,64] x f16>
            return %%3
          }
        }
        """.formatted(heads, tokens);
  }

  @Setup
  public void load() {
    machine = Machine.builder().workers(WORKERS).build();
    program = new EmulatedProgram(machine, text(8, 256));
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
