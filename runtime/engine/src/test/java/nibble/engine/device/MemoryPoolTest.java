package nibble.engine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
  /** A device with so many bytes. */
  private static final class Source implements MemoryPool.Source {
    private final long capacity;
    private final Map<Long, Long> taken = new TreeMap<>();
    private final List<Long> sizes = new ArrayList<>();
    private long next = 1 << 20;

    Source(long capacity) {
      this.capacity = capacity;
    }

    @Override
    public long take(long bytes) {
      if (taken.values().stream().mapToLong(Long::longValue).sum() + bytes > capacity) {
        throw new DeviceException("out of memory");
      }
      // Slabs may be neighbours; their blocks must never be joined.
      long address = next;
      next += bytes;
      taken.put(address, bytes);
      sizes.add(bytes);
      return address;
    }

    @Override
    public void giveBack(long address) {
      assertTrue(taken.remove(address) != null, "given back twice");
    }
  }

  @Test
  void theSmallestFreeBlockThatFitsIsReused() {
    Source source = new Source(1 << 20);
    MemoryPool pool = new MemoryPool(source, 64 << 10);
    long large = pool.allocate("large", 4096);
    pool.allocate("between", 256);
    long small = pool.allocate("small", 1024);
    pool.allocate("after", 256);
    pool.free(large);
    pool.free(small);
    assertEquals(small, pool.allocate("fits", 1000));
    assertEquals(large, pool.allocate("next", 1000));
    assertEquals(large + 1024, pool.allocate("rest", 3072));
    assertEquals(List.of(65536L), source.sizes);
  }

  @Test
  void neighboursAreJoined() {
    Source source = new Source(4096);
    MemoryPool pool = new MemoryPool(source, 4096);
    List<Long> blocks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      blocks.add(pool.allocate("block " + i, 256));
    }
    assertThrows(DeviceException.class, () -> pool.allocate("one more", 1));
    for (int i : new int[] {3, 1, 2, 0, 15, 7, 5, 6, 4, 8, 9, 14, 13, 10, 11, 12}) {
      pool.free(blocks.get(i));
    }
    assertEquals(blocks.getFirst(), pool.allocate("all", 4096));
    assertEquals(List.of(4096L), source.sizes);
  }

  @Test
  void statisticsCount() {
    MemoryPool pool = new MemoryPool(new Source(1 << 20), 8192);
    long first = pool.allocate("first", 100);
    pool.allocate("second", 300);
    pool.free(first);
    pool.allocate("third", 10);
    MemoryStatistics statistics = pool.statistics();
    assertEquals(768, statistics.usedBytes());
    assertEquals(768, statistics.peakBytes());
    assertEquals(8192, statistics.reservedBytes());
    assertEquals(3, statistics.allocations());
    assertEquals(2, statistics.reuses());
    assertEquals("2 buffers were not given back:\n  second, 300 bytes\n  third, 10 bytes", statistics.leakReport());
  }

  @Test
  void idleSlabsAreGivenBackBeforeARequestIsRefused() {
    Source source = new Source(10_240);
    MemoryPool pool = new MemoryPool(source, 1024);
    List<Long> blocks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      blocks.add(pool.allocate("small", 1024));
    }
    blocks.forEach(pool::free);
    pool.allocate("large", 8192);
    assertEquals(Map.of(source.next - 8192, 8192L), source.taken);
    assertEquals(8192, pool.statistics().reservedBytes());
  }

  @Test
  void aRequestSmallerThanASlabGetsWhatIsLeft() {
    Source source = new Source(3000);
    MemoryPool pool = new MemoryPool(source, 2048);
    pool.allocate("first", 2048);
    pool.allocate("second", 512);
    assertEquals(List.of(2048L, 512L), source.sizes);
  }

  @Test
  void aFullDeviceSaysWhoHasItsMemory() {
    MemoryPool pool = new MemoryPool(new Source(4096), 256);
    pool.allocate("weights", 3000);
    pool.allocate("small", 10);
    DeviceException full = assertThrows(DeviceException.class, () -> pool.allocate("activations", 2000));
    assertEquals(
        "out of memory; the buffer 'activations' needs 2048 bytes, 3328 are in use by 2 buffers (the largest: "
            + "'weights', "
            + "3000 bytes)",
        full.getMessage());
  }

  @Test
  void aBlockIsFreedOnce() {
    MemoryPool pool = new MemoryPool(new Source(4096), 256);
    long block = pool.allocate("block", 1);
    pool.free(block);
    assertThrows(IllegalStateException.class, () -> pool.free(block));
  }

  @Provide
  Arbitrary<List<Integer>> steps() {
    return Arbitraries.integers().between(-40, 3000).list().ofMaxSize(120);
  }

  /** A positive step allocates so many bytes, a negative one frees a block. */
  @Property
  void blocksNeverOverlapAndAllMemoryComesBack(@ForAll("steps") List<Integer> steps) {
    Source source = new Source(1 << 20);
    MemoryPool pool = new MemoryPool(source, 4096);
    Map<Long, Long> blocks = new LinkedHashMap<>();
    for (int step : steps) {
      if (step >= 0) {
        long address = pool.allocate("block", step);
        assertEquals(0, address % MemoryPool.ALIGNMENT);
        long size = Math.max(1, step);
        assertTrue(source.taken.entrySet().stream()
            .anyMatch(slab -> slab.getKey() <= address && address + size <= slab.getKey() + slab.getValue()));
        blocks.forEach((other, bytes) -> assertTrue(address + size <= other || other + bytes <= address));
        blocks.put(address, size);
      } else if (!blocks.isEmpty()) {
        long victim = new ArrayList<>(blocks.keySet()).get(-step % blocks.size());
        blocks.remove(victim);
        pool.free(victim);
      }
    }
    assertEquals(blocks.size(), pool.statistics().live().size());
    new HashMap<>(blocks).keySet().forEach(pool::free);
    assertEquals(0, pool.statistics().usedBytes());
    pool.trim();
    assertEquals(Map.of(), source.taken);
  }
}
