package nibble.emulator.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.memory.Region;

/** Finds races of one launch. Its blocks must run by one thread; they may be under way at the same time. */
final class RaceChecker {
  private final Findings findings;
  private final SiteOrders orders;
  private final CheckMemory memory;
  private final AccessSets globalSets = new AccessSets();
  private final List<KernelFault.Index> blocks = new ArrayList<>();
  private ShadowMemory[] regions = new ShadowMemory[16];

  /**
   * Finds the races of a launch.
   *
   * @param memory that no other launch uses at the same time
   */
  RaceChecker(SiteOrders orders, Findings findings, CheckMemory memory) {
    this.orders = orders;
    this.findings = findings;
    this.memory = memory;
  }

  Findings findings() {
    return findings;
  }

  /** What the kernel's instructions say of order. */
  SiteOrders orders() {
    return orders;
  }

  /** What the instruction of a site says of order. */
  MemoryOrder order(int site) {
    return orders.at(site);
  }

  /** Where pages are from. */
  CheckMemory memory() {
    return memory;
  }

  /** The reads of global memory that are entered later. */
  PendingReads pending() {
    return memory.pending();
  }

  /** A new number for a block that starts, or that has used up its times. */
  int newLife(ThreadBlock block) {
    if (blocks.size() == Stamp.LAST_LIFE) {
      throw new IllegalStateException("more blocks than races can be looked for in");
    }
    blocks.add(block.index());
    return blocks.size();
  }

  /** The block of a number. */
  KernelFault.Index block(int life) {
    return blocks.get(life - 1);
  }

  /** What is remembered of an allocation. */
  ShadowMemory shadow(Region region) {
    int slot = region.slot();
    if (slot >= regions.length) {
      regions = Arrays.copyOf(regions, 2 * slot);
    }
    if (regions[slot] == null) {
      regions[slot] = new ShadowMemory(memory, region.size(), globalSets, false);
    }
    return regions[slot];
  }
}
