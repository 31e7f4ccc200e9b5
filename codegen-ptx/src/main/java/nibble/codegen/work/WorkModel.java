package nibble.codegen.work;

import java.util.EnumMap;
import java.util.Map;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Part;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorRate;
import nibble.codegen.work.ModelledTime.Bound;

/**
 * The <em>modelled</em> time of a launch: what its blocks ask of each resource of a multiprocessor, by what
 * {@link CountWork} counts; the resource that is busy longest counts, behind the launch. Multiprocessors have blocks as
 * wholes, the busiest one as many as the grid makes it.
 *
 * <p>By data sheets, in the table of targets: rates of multiply-adds, clock, multiprocessors, bandwidth of device
 * memory, what a multiprocessor has of shared memory, registers and warps. Assumed, not measured: a copy of tiles takes
 * {@value #LATENCY} clocks under load, a load that an address depends on {@value #TRIP}, a launch {@value #LAUNCH}
 * microseconds; L2 gives a multiprocessor {@value #L2_BYTES} bytes in a clock, shared memory {@value #SHARED_BYTES}; a
 * thread has {@value #OTHER_REGISTERS} registers beside accumulators.
 *
 * @param target whose part is modelled
 */
public record WorkModel(Target target) {
  private static final int LATENCY = 1000;
  private static final int TRIP = 300;
  private static final double LAUNCH = 2;
  private static final int L2_BYTES = 64;
  private static final int SHARED_BYTES = 128;
  private static final int SCHEDULERS = 4;
  private static final int LANES = 32;
  private static final int OTHER_REGISTERS = 64;
  /** What mma.sync reaches of the rate of wgmma on H100 (the table of rates of the PTX machine). */
  private static final double SYNCHRONOUS_SHARE = 0.62;

  /**
   * The time of a launch.
   *
   * @param work of one of its blocks
   * @param kernelBytes of operands and results, each of which passes device memory once, or less where blocks ask for
   *     less
   */
  public ModelledTime time(TileWork work, double kernelBytes) {
    Part part = target.part();
    long onOne = Math.ceilDiv(work.blocks(), part.multiprocessors());
    double share = target.has(Feature.WGMMA) && !work.warpgroups() ? SYNCHRONOUS_SHARE : 1;
    Map<Bound, Double> clocks = new EnumMap<>(Bound.class);
    work.multiplyAdds().forEach((rate, count) -> {
      boolean onTensorCores = rate != TensorRate.FMA_F32;
      clocks.merge(
          onTensorCores ? Bound.TENSOR : Bound.ARITHMETIC, onOne * count / (rate(rate) * (onTensorCores ? share : 1)),
          Double::sum);
    });
    clocks.put(Bound.SHARED, onOne * work.sharedBytes() / SHARED_BYTES);
    clocks.put(Bound.L2, onOne * work.globalBytes() / L2_BYTES);
    clocks.put(Bound.ISSUE, onOne * work.instructions() / SCHEDULERS);
    long turns = Math.ceilDiv(onOne, resident(work));
    clocks.put(Bound.LATENCY, turns * (LATENCY * work.waits() + TRIP * work.trips()));

    Map<Bound, Double> microseconds = new EnumMap<>(Bound.class);
    clocks.forEach((bound, count) -> microseconds.put(bound, count / part.clockMhz()));
    microseconds.put(Bound.DRAM, deviceBytes(work, kernelBytes) / part.memoryGigabytesPerSecond() / 1e3);
    return ModelledTime.longest(microseconds, LAUNCH);
  }

  /** The time of a pass over device memory that does nothing else. */
  public ModelledTime pass(double bytes) {
    return ModelledTime.longest(
        Map.of(Bound.DRAM, bytes / target.part().memoryGigabytesPerSecond() / 1e3), LAUNCH);
  }

  /** Bytes that pass device memory: of a table of which rows are gathered, what blocks ask for. */
  public static double deviceBytes(TileWork work, double kernelBytes) {
    return Math.min(kernelBytes, work.blocks() * work.globalBytes());
  }

  /** Multiply-adds in a clock: those of f16 where the target does not know the format. */
  private double rate(TensorRate rate) {
    Integer known = target.rates().get(rate);
    return known == null ? target.rates().get(TensorRate.F16_F32) : known;
  }

  /** Blocks that a multiprocessor has at once. */
  private long resident(TileWork work) {
    int registers = Math.min(target.limits().registersPerThread(), work.accumulators() + OTHER_REGISTERS);
    return Math.max(
        1, target.limits().residentBlocks(registers, work.warps() * LANES, work.sharedMemory()));
  }
}
