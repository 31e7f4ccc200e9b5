package nibble.emulator.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All allocations, by address. Safe for threads; looking one up takes no lock. */
public final class GlobalMemory {
  private static final int FIRST_SLOT = 1;

  private final boolean isTracked;
  private final long limit;
  private volatile Region[] slots = new Region[64];
  private int used = FIRST_SLOT;
  private long bytesInUse;

  /**
   * Memory with nothing in it.
   *
   * @param isTracked whether it keeps count of which bytes have been written
   * @param limit bytes that may be allocated at a time
   */
  public GlobalMemory(boolean isTracked, long limit) {
    this.isTracked = isTracked;
    this.limit = limit;
  }

  /**
   * Memory of {@code size} zero bytes in a slot of its own.
   *
   * @throws OutOfMemoryError if there is not so much left
   */
  public synchronized Region allocate(long size, String name, boolean readOnly) {
    if (size < 0 || size > 1L << Addresses.SLOT_BITS) {
      throw new IllegalArgumentException("cannot allocate " + size + " bytes");
    }
    if (size > limit - bytesInUse) {
      throw new OutOfMemoryError(
          "'" + name + "' takes " + size + " bytes; of the machine's " + limit + " are " + (limit - bytesInUse)
              + " left");
    }
    Region region = new Region((long) used << Addresses.SLOT_BITS, size, name, readOnly, isTracked);
    Region[] table = used < slots.length ? slots : Arrays.copyOf(slots, 2 * used);
    table[used++] = region;
    slots = table;
    bytesInUse += size;
    return region;
  }

  /** Gives an allocation back; false if it was given back before. */
  public synchronized boolean free(Region region) {
    boolean freed = region.free();
    if (freed) {
      bytesInUse -= region.size();
    }
    return freed;
  }

  /** Bytes allocated and not freed. */
  public synchronized long bytesInUse() {
    return bytesInUse;
  }

  /** Allocations that have not been freed, oldest first. */
  public synchronized List<Region> live() {
    List<Region> live = new ArrayList<>();
    for (int slot = FIRST_SLOT; slot < used; slot++) {
      if (slots[slot].isLive()) {
        live.add(slots[slot]);
      }
    }
    return live;
  }

  /** The allocation, live or freed, in whose slot the address is; null if there never was one. */
  public Region at(long address) {
    Region[] table = slots;
    long slot = address >>> Addresses.SLOT_BITS;
    return slot < table.length ? table[(int) slot] : null;
  }
}
