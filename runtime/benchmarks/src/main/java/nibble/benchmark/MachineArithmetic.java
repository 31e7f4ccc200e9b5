package nibble.benchmark;

import java.util.concurrent.TimeUnit;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.Tier;
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

/** How many instructions the PTX machine executes, all of a thread's registers in use. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class MachineArithmetic {
  private static final int BLOCKS_OF_A_WORKER = 4;
  private static final int THREADS = 256;
  private static final int ITERATIONS = 1000;

  /** How the kernel is executed, on how many cores, with how many of the lanes. */
  public enum Case {
    INTERPRETED(Tier.INTERPRETED, 1, false),
    COMPILED(Tier.COMPILED, 1, false),
    COMPILED_ON_TWO_WORKERS(Tier.COMPILED, 2, false),
    COMPILED_WITH_HALF_OF_THE_LANES(Tier.COMPILED, 1, true);

    private final Tier tier;
    private final int workers;
    private final boolean divergent;

    Case(Tier tier, int workers, boolean divergent) {
      this.tier = tier;
      this.workers = workers;
      this.divergent = divergent;
    }
  }

  @Param private Case how;

  private Machine machine;
  private PtxKernel kernel;
  private Allocation out;

  @Setup
  public void load() {
    machine = Machine.builder().workers(how.workers).tier(how.tier).build();
    out = machine.memory().allocate(THREADS * Integer.BYTES, "out");
    kernel = machine.load(PtxText.arithmetic(1, how.divergent), "arithmetic.ptx").kernels().getFirst();
  }

  @Benchmark
  public LaunchResult launch(Work work) {
    return work.add(machine.launch(
        kernel, LaunchConfig.of(how.workers * BLOCKS_OF_A_WORKER, THREADS), Argument.of(out), Argument.of(ITERATIONS)));
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
