package nibble.engine.device;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import nibble.engine.device.MemoryStatistics.LiveBuffer;

/**
 * Memory of a device, taken in slabs and handed out in blocks. A request gets the smallest free block that holds it
 * (best fit), cut to size; a block that comes back is joined with its free neighbours. Blocks are aligned to 256 bytes,
 * as the driver's own are.
 */
public final class MemoryPool implements AutoCloseable {
  /** Alignment of every block, in bytes. */
  public static final long ALIGNMENT = 256;

  /** Where slabs come from. */
  public interface Source {
    /**
     * Takes memory.
     *
     * @return its address, aligned to {@link #ALIGNMENT}
     * @throws DeviceException where there is not enough
     */
    long take(long bytes);

    void giveBack(long address);
  }

  private record Block(long address, long bytes, long slab) {
    long end() {
      return address + bytes;
    }
  }

  private final Source source;
  private final long slabBytes;
  private final Map<Long, Long> slabs = new LinkedHashMap<>();
  private final NavigableSet<Block> freeBySize =
      new TreeSet<>(Comparator.comparingLong(Block::bytes).thenComparingLong(Block::address));
  private final NavigableMap<Long, Block> freeByAddress = new TreeMap<>();
  private final Map<Long, Block> used = new HashMap<>();
  private final Map<Long, LiveBuffer> live = new LinkedHashMap<>();
  private long usedBytes;
  private long peakBytes;
  private long allocations;
  private long reuses;

  /**
   * A pool without memory.
   *
   * @param slabBytes the least that is taken from the source at once
   */
  public MemoryPool(Source source, long slabBytes) {
    this.source = source;
    this.slabBytes = slabBytes;
  }

  /**
   * A block of at least that many bytes.
   *
   * @return its address
   * @throws DeviceException where the source has not enough, with what is in use
   */
  public synchronized long allocate(String name, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(name + ": " + bytes + " bytes");
    }
    long size = Math.ceilDiv(Math.max(bytes, 1), ALIGNMENT) * ALIGNMENT;
    Block fit = freeBySize.ceiling(new Block(Long.MIN_VALUE, size, 0));
    if (fit != null) {
      reuses++;
      removeFree(fit);
    } else {
      fit = takeSlab(name, size);
    }
    Block block = new Block(fit.address, size, fit.slab);
    if (fit.bytes > size) {
      addFree(new Block(block.end(), fit.bytes - size, fit.slab));
    }
    used.put(block.address, block);
    live.put(block.address, new LiveBuffer(name, bytes));
    allocations++;
    usedBytes += size;
    peakBytes = Math.max(peakBytes, usedBytes);
    return block.address;
  }

  /** Takes a block back. */
  public synchronized void free(long address) {
    Block block = used.remove(address);
    if (block == null) {
      throw new IllegalStateException("no block begins at 0x" + Long.toHexString(address));
    }
    live.remove(address);
    usedBytes -= block.bytes;
    Map.Entry<Long, Block> before = freeByAddress.lowerEntry(address);
    if (before != null && before.getValue().slab == block.slab && before.getValue().end() == address) {
      removeFree(before.getValue());
      block = new Block(before.getValue().address, before.getValue().bytes + block.bytes, block.slab);
    }
    Block after = freeByAddress.get(block.end());
    if (after != null && after.slab == block.slab) {
      removeFree(after);
      block = new Block(block.address, block.bytes + after.bytes, block.slab);
    }
    addFree(block);
  }

  /** Gives slabs back that no block is in use of. */
  public synchronized void trim() {
    ImmutableList<Block> whole = freeByAddress.values().stream()
        .filter(block -> block.address == block.slab && block.bytes == slabs.get(block.slab))
        .collect(ImmutableList.toImmutableList());
    for (Block block : whole) {
      removeFree(block);
      slabs.remove(block.slab);
      source.giveBack(block.slab);
    }
  }

  public synchronized MemoryStatistics statistics() {
    long reserved = slabs.values().stream().mapToLong(Long::longValue).sum();
    return new MemoryStatistics(
        usedBytes, peakBytes, reserved, allocations, reuses, ImmutableList.copyOf(live.values()));
  }

  /** Gives all memory back, that in use too. */
  @Override
  public synchronized void close() {
    slabs.keySet().forEach(source::giveBack);
    slabs.clear();
    freeBySize.clear();
    freeByAddress.clear();
    used.clear();
    live.clear();
    usedBytes = 0;
  }

  private Block takeSlab(String name, long size) {
    long wanted = Math.max(size, slabBytes);
    try {
      return slab(wanted);
    } catch (DeviceException full) {
      // What lies idle in slabs too small may be enough together; and less than a whole slab may be left.
      trim();
      try {
        return slab(size);
      } catch (DeviceException stillFull) {
        throw new DeviceException(
            stillFull.getMessage() + "; the buffer '" + name + "' needs " + size + " bytes, " + usedBytes
                + " are in use by " + live.size() + " buffers" + largest(),
            "use a smaller batch, or a recipe with narrower weights");
      }
    }
  }

  private Block slab(long bytes) {
    long address = source.take(bytes);
    slabs.put(address, bytes);
    return new Block(address, bytes, address);
  }

  private String largest() {
    return live.values().stream().max(Comparator.comparingLong(LiveBuffer::bytes))
        .map(buffer -> " (the largest: '" + buffer.name() + "', " + buffer.bytes() + " bytes)")
        .orElse("");
  }

  private void addFree(Block block) {
    freeBySize.add(block);
    freeByAddress.put(block.address, block);
  }

  private void removeFree(Block block) {
    freeBySize.remove(block);
    freeByAddress.remove(block.address);
  }
}
