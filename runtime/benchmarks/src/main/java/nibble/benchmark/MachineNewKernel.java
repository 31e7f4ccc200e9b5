package nibble.benchmark;

import java.util.concurrent.TimeUnit;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What kernels that nobody has run before reach within their first 100 ms, once others have warmed the machine's
 * helpers.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 6, time = 50, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 50, timeUnit = TimeUnit.MILLISECONDS)
public class MachineNewKernel {
  private static final int THREADS = 256;
  private static final long NANOSECONDS = 100_000_000;

  private Machine machine;
  private Allocation out;
  private PtxKernel kernel;
  private int seed = 100;

  @Setup
  public void start() {
    machine = Machine.builder().workers(1).build();
    out = machine.memory().allocate(THREADS * Integer.BYTES, "out");
  }

  /** Reading PTX is not measured, compiling it is. */
  @Setup(Level.Invocation)
  public void load() {
    kernel = machine.load(PtxText.arithmetic(seed++, false), "arithmetic.ptx").kernels().getFirst();
  }

  @Benchmark
  public void first100ms(Work work) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < NANOSECONDS) {
      work.add(machine.launch(kernel, LaunchConfig.of(1, THREADS), Argument.of(out), Argument.of(100)));
    }
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
