package nibble.benchmark;

import java.util.concurrent.TimeUnit;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What an access to memory, a shuffle or a barrier costs a warp on the PTX machine, its share of the loop included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class MachineMemory {
  private static final int THREADS = 256;
  /** Warps times the instructions of each: as in {@link PtxText#repeated}. */
  private static final int INSTRUCTIONS = THREADS / 32 * 16 * 1000;

  /** The instruction. */
  public enum Case {
    GLOBAL_LOAD("ld.global.f32 %f1, [%rd1];"),
    GLOBAL_LOAD_OF_16_BYTES("ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd3];"),
    SHARED_LOAD("ld.shared.f32 %f1, [%r3];"),
    SHARED_STORE("st.shared.f32 [%r3], %f1;"),
    BARRIER("bar.sync 0;"),
    SHUFFLE("shfl.sync.bfly.b32 %r5, %r4, 16, 31, -1;");

    private final String instruction;

    Case(String instruction) {
      this.instruction = instruction;
    }
  }

  @Param private Case what;

  private Machine machine;
  private PtxKernel kernel;
  private Allocation x;

  @Setup
  public void load() {
    machine = Machine.builder().workers(1).build();
    x = machine.memory().allocate(THREADS * 16, "x");
    kernel = machine.load(PtxText.repeated(what.instruction), "memory.ptx").kernels().getFirst();
  }

  @Benchmark
  @OperationsPerInvocation(INSTRUCTIONS)
  public LaunchResult launch() {
    return machine.launch(kernel, LaunchConfig.of(1, THREADS), Argument.of(x));
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
