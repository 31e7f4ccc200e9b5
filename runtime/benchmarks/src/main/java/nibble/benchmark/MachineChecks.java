package nibble.benchmark;

import java.util.concurrent.TimeUnit;
import nibble.emulator.Argument;
import nibble.emulator.Check;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
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

/** How many instructions the PTX machine executes on one worker with checks on, and with none. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class MachineChecks {
  /** The kernels. */
  public enum Case {
    ARITHMETIC,
    ARITHMETIC_WITH_HALF_OF_THE_LANES,
    GEMM_F16,
    GEMM_S8,
    ATTENTION
  }

  /** Which checks are on beside those that always are. */
  public enum Checked {
    ALL(Check.values()),
    INIT(Check.INIT),
    RACE(Check.RACE),
    NONE();

    private final Check[] checks;

    Checked(Check... checks) {
      this.checks = checks;
    }
  }

  @Param private Case what;

  @Param({"ALL", "NONE"})
  private Checked with;

  private Machine machine;
  private Runnable run;
  private Work done;

  @Setup
  public void load() {
    machine = Machine.builder().workers(1).checks(with.checks).build();
    run = switch (what) {
      case ARITHMETIC -> arithmetic(false);
      case ARITHMETIC_WITH_HALF_OF_THE_LANES -> arithmetic(true);
      case GEMM_F16 -> program(EmulatedGemm.Case.F16.text(256));
      case GEMM_S8 -> program(EmulatedGemm.Case.S8.text(256));
      case ATTENTION -> program(EmulatedAttention.text(2, 128));
    };
  }

  private Runnable arithmetic(boolean divergent) {
    PtxKernel kernel = machine.load(PtxText.arithmetic(1, divergent), "arithmetic.ptx").kernels().getFirst();
    Argument out = Argument.of(machine.memory().allocate(256 * Integer.BYTES, "out"));
    return () -> done.add(machine.launch(kernel, LaunchConfig.of(1, 256), out, Argument.of(200)));
  }

  private Runnable program(String text) {
    EmulatedProgram program = new EmulatedProgram(machine, text);
    return () -> program.launch(done);
  }

  @Benchmark
  public Work launch(Work work) {
    done = work;
    run.run();
    return work;
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
