package nibble.emulator.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.emulator.KernelFault;
import nibble.emulator.code.Code;
import nibble.emulator.code.Site;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.memory.Region;

/** Finds races of one launch. Its blocks must run by one thread; they may be under way at the same time. */
final class RaceChecker {
  private final Findings findings;
  private final Code code;
  private final MemoryOrder[] orders;
  private final Map<String, MemoryOrder> known = new HashMap<>();
  private final boolean hasAsync;
  private final boolean hasCopies;
  private final AccessSets globalSets = new AccessSets();
  private final PendingReads pending = new PendingReads(PendingReads.OF_LAUNCH);
  private final List<KernelFault.Index> blocks = new ArrayList<>();
  private ShadowMemory[] regions = new ShadowMemory[16];

  RaceChecker(Code code, Findings findings) {
    this.findings = findings;
    this.code = code;
    this.orders = new MemoryOrder[code.sites().size()];
    this.hasAsync = code.sites().stream().map(Site::opcode).distinct().anyMatch(MemoryOrder::isAsync);
    this.hasCopies =
        code.sites().stream().map(Site::opcode).distinct()
            .anyMatch(it -> it.contains(".async.bulk") || it.startsWith("red.async"));
  }

  Findings findings() {
    return findings;
  }

  /** Whether an instruction uses the async proxy. */
  boolean hasAsync() {
    return hasAsync;
  }

  /** Whether an instruction is a bulk copy or reduction, or an asynchronous reduction. */
  boolean hasCopies() {
    return hasCopies;
  }

  /** What the instruction of a site says of order. */
  MemoryOrder order(int site) {
    if (orders[site] == null) {
      orders[site] = known.computeIfAbsent(code.sites().get(site).opcode(), MemoryOrder::of);
    }
    return orders[site];
  }

  /** Whether an arrival or a wait orders nothing. */
  boolean isRelaxed(int site) {
    return code.sites().get(site).opcode().contains(".relaxed");
  }

  /** The reads of global memory that are entered later. */
  PendingReads pending() {
    return pending;
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
      regions[slot] = new ShadowMemory(region.size(), globalSets, false);
    }
    return regions[slot];
  }
}
