package nibble.emulator;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.code.Code;
import nibble.emulator.code.Site;
import nibble.emulator.execute.Profile;
import nibble.emulator.profile.TrafficCounter;

/** Makes the counters of instructions of those of basic blocks and of memory. */
final class CountersBuilder {
  private final Code code;
  private final TrafficCounter traffic;
  private final Map<Integer, LineCounters> sites = new TreeMap<>();

  private CountersBuilder(Code code, TrafficCounter traffic) {
    this.code = code;
    this.traffic = traffic;
  }

  static Counters build(Code code, Profile profile, TrafficCounter traffic) {
    CountersBuilder builder = new CountersBuilder(code, traffic);
    List<BasicBlock> blocks = code.blocks();
    List<BasicBlock.Counted> before = List.of();
    for (int i = 0; i < blocks.size(); i++) {
      List<BasicBlock.Counted> instructions = blocks.get(i).instructions();
      for (int j = 0; j < instructions.size(); j++) {
        boolean diverges = j == instructions.size() - 1;
        builder.add(
            instructions.get(j), profile.executions(i), profile.lanes(i), diverges ? profile.divergences(i) : 0);
      }
      if (instructions.isEmpty() && !before.isEmpty() && profile.divergences(i) > 0) {
        // It was cut from the block before it, whose last instruction it ends.
        builder.add(before.getLast(), 0, 0, profile.divergences(i));
      }
      before = instructions.isEmpty() ? before : instructions;
    }
    List<LineCounters> lines =
        builder.sites.values().stream()
            .filter(it -> it.warps() > 0)
            .sorted(Comparator.comparingInt(LineCounters::line))
            .toList();
    MemoryCounters memory =
        lines.stream().map(LineCounters::memory).reduce(MemoryCounters.NONE, MemoryCounters::plus);
    return new Counters(lines, memory, traffic.sectorsTouched(), traffic.asyncBytesInFlight());
  }

  private void add(BasicBlock.Counted instruction, long warps, long threads, long divergences) {
    Site site = code.sites().get(instruction.site());
    LineCounters line =
        new LineCounters(
            site.function(), site.line(), site.source().map(Object::toString), site.text(), instruction.form(), warps,
            threads, divergences, traffic.at(instruction.site()));
    sites.merge(instruction.site(), line, LineCounters::plus);
  }
}
