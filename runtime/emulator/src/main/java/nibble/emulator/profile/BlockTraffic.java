package nibble.emulator.profile;

import nibble.emulator.MemoryCounter;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/** Counts the accesses of memory of blocks that run one after the other, for each site. */
final class BlockTraffic implements Observer.BlockObserver {
  static final int COUNTERS = MemoryCounter.values().length;

  final long[] counts;
  final TouchedSectors touched = new TouchedSectors();
  private final SharedBanks banks = new SharedBanks();
  private long inFlight;
  private long mostInFlight;

  BlockTraffic(int sites) {
    counts = new long[sites * COUNTERS];
  }

  void start() {
    inFlight = 0;
  }

  /** Most bytes that asynchronous copies had under way at a time. */
  long mostInFlight() {
    return mostInFlight;
  }

  private void count(int site, MemoryCounter counter, long number) {
    counts[site * COUNTERS + counter.ordinal()] += number;
  }

  @Override
  public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    access(lanes, place, bytes, site, false);
  }

  @Override
  public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
    access(lanes, place, bytes, site, true);
  }

  private void access(int lanes, AddressResolver place, int bytes, int site, boolean writes) {
    if (lanes == 0 || bytes == 0) {
      return;
    }
    long asked = (long) bytes * Integer.bitCount(lanes);
    if (place.isGlobal()) {
      global(lanes, place, asked, site, writes);
    } else if (place.space() == Space.SHARED) {
      shared(lanes, place.offsets(), bytes, site, writes, false);
    } else if (place.space() == Space.LOCAL) {
      count(site, MemoryCounter.LOCAL_BYTES, asked);
    }
  }

  private void global(int lanes, AddressResolver place, long asked, int site, boolean writes) {
    int sectors = touched.touch(lanes, place.region(), place.offsets());
    count(site, MemoryCounter.GLOBAL_REQUESTS, 1);
    count(site, writes ? MemoryCounter.GLOBAL_BYTES_WRITTEN : MemoryCounter.GLOBAL_BYTES_READ, asked);
    count(site, writes ? MemoryCounter.GLOBAL_SECTORS_WRITTEN : MemoryCounter.GLOBAL_SECTORS_READ, sectors);
  }

  private void shared(int lanes, long[] offsets, int bytes, int site, boolean writes, boolean isAtomic) {
    int wavefronts = banks.wavefronts(lanes, offsets, bytes, isAtomic);
    count(site, MemoryCounter.SHARED_REQUESTS, 1);
    count(site, writes ? MemoryCounter.SHARED_BYTES_WRITTEN : MemoryCounter.SHARED_BYTES_READ,
        (long) bytes * Integer.bitCount(lanes));
    count(site, MemoryCounter.SHARED_WAVEFRONTS, wavefronts);
    count(site, MemoryCounter.BANK_CONFLICTS, wavefronts - banks.least());
  }

  @Override
  public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
    if (lanes == 0) {
      return;
    }
    if (place.isGlobal()) {
      global(lanes, place, (long) bytes * Integer.bitCount(lanes), site, true);
      count(site, MemoryCounter.GLOBAL_ATOMICS, Integer.bitCount(lanes));
    } else if (place.space() == Space.SHARED) {
      shared(lanes, place.offsets(), bytes, site, true, true);
      count(site, MemoryCounter.SHARED_ATOMICS, Integer.bitCount(lanes));
    }
  }

  @Override
  public void asked(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    access(lanes, place, bytes, site, false);
  }

  @Override
  public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
    long written = (long) bytes * Integer.bitCount(lanes);
    shared(lanes, destinations, bytes, site, true, false);
    count(site, MemoryCounter.ASYNC_COPIES, Integer.bitCount(lanes));
    count(site, MemoryCounter.ASYNC_BYTES, written);
    inFlight += written;
    mostInFlight = Math.max(mostInFlight, inFlight);
  }

  @Override
  public void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {
    long written = (long) bytes * starts.length;
    count(site, MemoryCounter.SHARED_REQUESTS, 1);
    count(site, MemoryCounter.SHARED_BYTES_WRITTEN, written);
    count(site, MemoryCounter.SHARED_WAVEFRONTS, Math.ceilDiv(written, SharedBanks.BYTES));
    count(site, MemoryCounter.ASYNC_COPIES, 1);
    count(site, MemoryCounter.ASYNC_BYTES, written);
    inFlight += written;
    mostInFlight = Math.max(mostInFlight, inFlight);
  }

  @Override
  public void bulkCompleted(Warp warp, int lane, long[] starts, int bytes, long mbarrier) {
    inFlight -= (long) bytes * starts.length;
  }

  @Override
  public void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {
    inFlight -= (long) bytes * Integer.bitCount(lanes);
  }
}
