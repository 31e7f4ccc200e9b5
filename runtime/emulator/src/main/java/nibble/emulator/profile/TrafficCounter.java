package nibble.emulator.profile;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.MemoryCounters;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.ThreadBlock;

/** Counts a launch's accesses of memory. What it says is complete once the launch is over. */
public final class TrafficCounter implements Observer {
  private final int sites;
  private final Map<ThreadBlock, BlockTraffic> blocks = new ConcurrentHashMap<>();

  /** Of code with so many sites. */
  public TrafficCounter(int sites) {
    this.sites = sites;
  }

  @Override
  public BlockObserver forBlock(ThreadBlock block) {
    BlockTraffic traffic = blocks.computeIfAbsent(block, it -> new BlockTraffic(sites));
    traffic.start();
    return traffic;
  }

  /** What was counted at a site. */
  public MemoryCounters at(int site) {
    return blocks.values().stream()
        .map(it -> MemoryCounters.of(it.counts, site * BlockTraffic.COUNTERS))
        .reduce(MemoryCounters.NONE, MemoryCounters::plus);
  }

  /** Different sectors of global memory that were accessed. */
  public long sectorsTouched() {
    TouchedSectors all = new TouchedSectors();
    blocks.values().forEach(it -> all.add(it.touched));
    return all.count();
  }

  /** Most bytes of asynchronous copies that a block had under way at a time. */
  public long asyncBytesInFlight() {
    return blocks.values().stream().mapToLong(BlockTraffic::mostInFlight).max().orElse(0);
  }
}
