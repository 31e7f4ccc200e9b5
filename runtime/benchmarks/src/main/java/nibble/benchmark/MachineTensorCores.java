package nibble.benchmark;

import java.util.Random;
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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How many matrix multiply-adds of a warp the PTX machine executes, summed as the target sums. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class MachineTensorCores {
  /** The instruction and the target. */
  public enum Case {
    F16_SM_80("sm_80", "m16n8k16.row.col.f32.f16.f16.f32", 4, "f32", Elements.F16),
    F16_SM_90("sm_90", "m16n8k16.row.col.f32.f16.f16.f32", 4, "f32", Elements.F16),
    BF16_SM_80("sm_80", "m16n8k16.row.col.f32.bf16.bf16.f32", 4, "f32", Elements.BF16),
    BF16_SM_90("sm_90", "m16n8k16.row.col.f32.bf16.bf16.f32", 4, "f32", Elements.BF16),
    E4M3_SM_89("sm_89", "m16n8k32.row.col.f32.e4m3.e4m3.f32", 4, "f32", Elements.BYTE),
    S8_SM_80("sm_80", "m16n8k32.row.col.s32.s8.s8.s32", 4, "b32", Elements.BYTE),
    F16_IN_F16_SM_80("sm_80", "m16n8k16.row.col.f16.f16.f16.f16", 2, "b32", Elements.F16);

    private final String target;
    private final String form;
    private final int sums;
    private final String type;
    private final Elements elements;

    Case(String target, String form, int sums, String type, Elements elements) {
      this.target = target;
      this.form = form;
      this.sums = sums;
      this.type = type;
      this.elements = elements;
    }
  }

  @Param private Case what;

  private Machine machine;
  private PtxKernel kernel;
  private Allocation x;
  private byte[] contents;

  @Setup
  public void load() {
    machine = Machine.builder().workers(1).build();
    contents = what.elements.random(32 * 32, new Random(7));
    x = machine.memory().allocate(contents, "x");
    String text = PtxText.tensor(what.target, what.form, what.sums, what.type);
    kernel = machine.load(text, "mma.ptx").kernels().getFirst();
  }

  @Benchmark
  public LaunchResult launch(Work work) {
    x.write(contents);
    return work.add(machine.launch(kernel, LaunchConfig.of(1, 32), Argument.of(x)));
  }

  @TearDown
  public void close() {
    machine.close();
  }
}
