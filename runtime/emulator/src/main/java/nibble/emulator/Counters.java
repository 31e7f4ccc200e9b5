package nibble.emulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was counted in a launch.
 *
 * @param lines instructions that were executed, in the order of the text
 * @param memory the sum over all lines
 * @param globalSectorsTouched different sectors of global memory that were accessed at all: what DRAM must move at
 *     least
 * @param asyncBytesInFlight most bytes of asynchronous copies that a block had under way at a time
 */
public record Counters(
    List<LineCounters> lines, MemoryCounters memory, long globalSectorsTouched, long asyncBytesInFlight) {
  public Counters {
    lines = List.copyOf(lines);
  }

  /**
   * Executions of a class of instructions.
   *
   * @param divergences how often the lanes of a warp disagreed where to go
   */
  public record ClassCounters(long warps, long threads, long divergences, MemoryCounters memory) {
    private static final ClassCounters NONE = new ClassCounters(0, 0, 0, MemoryCounters.NONE);

    private ClassCounters plus(LineCounters line) {
      return new ClassCounters(
          warps + line.warps(), threads + line.threads(), divergences + line.divergences(),
          memory.plus(line.memory()));
    }
  }

  /** Executions by classes: the groups of the instruction table, in the order of the text. */
  public Map<String, ClassCounters> classes() {
    Map<String, ClassCounters> classes = new LinkedHashMap<>();
    for (LineCounters line : lines) {
      String group = line.form().group();
      classes.put(group, classes.getOrDefault(group, ClassCounters.NONE).plus(line));
    }
    return classes;
  }

  /** Matrix multiplications by warps, by opcode. */
  public Map<String, Long> tensorOperations() {
    Map<String, Long> operations = new LinkedHashMap<>();
    lines.stream().filter(LineCounters::isTensorOperation)
        .forEach(line -> operations.merge(line.opcode(), line.warps(), Long::sum));
    return operations;
  }
}
