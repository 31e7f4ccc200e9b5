package nibble.emulator.profile;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import nibble.emulator.Counters;
import nibble.emulator.LineCounters;
import nibble.emulator.MemoryCounter;
import nibble.emulator.MemoryCounters;

/**
 * A <em>modelled</em> time: how long each resource of a chip would be busy with what was counted, if it never had to
 * wait. The resource that is busy longest binds the kernel, which takes at least as long; latencies, caches and the
 * launch itself are not modelled. DRAM moves each sector once, and everything that is asked of global memory comes from
 * L2: what really moves lies in between.
 *
 * @param seconds modelled busy time of each resource, with the SMs that have most blocks
 */
public record Roofline(Rates rates, Map<Resource, Double> seconds) {
  private static final int WARP = 32;
  private static final int SECTOR = 32;
  private static final int SECTORS_AT_ONCE = 4;
  private static final int SCHEDULERS = 4;

  public Roofline {
    seconds = Map.copyOf(seconds);
  }

  /** The roofline of a launch of so many blocks. */
  public static Roofline of(Counters counters, long blocks, Rates rates) {
    Map<Resource, Double> cycles = new EnumMap<>(Resource.class);
    for (Resource resource : Resource.values()) {
      cycles.put(resource, 0.0);
    }
    counters.lines().forEach(line -> add(line, rates, cycles));
    // Blocks are dealt out to SMs as wholes.
    double share = (double) Math.ceilDiv(blocks, rates.multiprocessors()) / blocks;
    Map<Resource, Double> seconds = new EnumMap<>(Resource.class);
    cycles.forEach((resource, count) -> seconds.put(resource, count * share / (rates.gigahertz() * 1e9)));
    seconds.put(Resource.DRAM, counters.globalSectorsTouched() * SECTOR / (rates.dramGigabytes() * 1e9));
    return new Roofline(rates, seconds);
  }

  private static void add(LineCounters line, Rates rates, Map<Resource, Double> cycles) {
    MemoryCounters memory = line.memory();
    long sectors = memory.of(MemoryCounter.GLOBAL_SECTORS_READ) + memory.of(MemoryCounter.GLOBAL_SECTORS_WRITTEN);
    add(cycles, Resource.ISSUE, (double) line.warps() / SCHEDULERS);
    add(cycles, Resource.SHARED, memory.of(MemoryCounter.SHARED_WAVEFRONTS) + (double) sectors / SECTORS_AT_ONCE);
    add(cycles, Resource.L2, (double) sectors * SECTOR / rates.l2Bytes());
    double lanes = (double) line.warps() * WARP;
    if (line.isTensorOperation()) {
      tensor(line, rates, cycles);
      return;
    }
    switch (pipe(line)) {
      case FP32 -> add(cycles, Resource.FP32, lanes / rates.fp32());
      case FP64 -> add(cycles, Resource.FP64, lanes / rates.fp64());
      case INTEGER -> add(cycles, Resource.INTEGER, lanes / rates.integer());
      case SPECIAL -> add(cycles, Resource.SPECIAL, lanes / rates.special());
      case SHARED -> add(cycles, Resource.SHARED, line.warps());
      case ISSUE, TENSOR, L2, DRAM -> {}
    }
  }

  private static void add(Map<Resource, Double> cycles, Resource resource, double more) {
    cycles.merge(resource, more, Double::sum);
  }

  private static void tensor(LineCounters line, Rates rates, Map<Resource, Double> cycles) {
    double work = (double) line.warps() * TensorKind.multiplyAdds(line.opcode());
    Integer rate = rates.tensor().get(TensorKind.of(line.opcode()));
    if (rate == null) {
      add(cycles, Resource.FP32, work / rates.fp32());
    } else {
      add(cycles, Resource.TENSOR, work / (rate * (line.opcode().startsWith("wgmma") ? 1 : rates.mma())));
    }
  }

  /** Where an instruction is executed, by the group of its row in the instruction table. */
  private static Resource pipe(LineCounters line) {
    String opcode = line.opcode();
    return switch (line.form().group()) {
      case "integer", "move" -> Resource.INTEGER;
      case "compare" -> opcode.endsWith(".f64") ? Resource.FP64 : Resource.INTEGER;
      case "half" -> Resource.FP32;
      case "floating" ->
          opcode.endsWith(".f64") ? Resource.FP64 : isSpecial(opcode) ? Resource.SPECIAL : Resource.FP32;
      case "convert" -> Resource.SPECIAL;
      case "warp" -> Resource.SHARED;
      default -> Resource.ISSUE;
    };
  }

  private static boolean isSpecial(String opcode) {
    return switch (opcode.split("\\.", 2)[0]) {
      case "ex2", "lg2", "sin", "cos", "rcp", "rsqrt", "sqrt", "div", "tanh" -> true;
      default -> false;
    };
  }

  /** The resource that is busy longest. */
  public Resource binding() {
    return seconds.entrySet().stream()
        .max(Map.Entry.comparingByValue(Comparator.naturalOrder())).orElseThrow().getKey();
  }

  /** The modelled time: that of the binding resource. */
  public double modelledSeconds() {
    return seconds.get(binding());
  }
}
