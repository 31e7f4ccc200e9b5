package nibble.emulator.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import nibble.emulator.execute.Barrier;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/**
 * Finds the races of one block's threads with each other and with those of other blocks, by happens-before over shadow
 * memory in the manner of FastTrack (Flanagan and Freund, PLDI 2009): of each cell it is known who wrote it last, and
 * who has accessed it since without being ordered.
 */
final class RaceFinder implements Observer.BlockObserver {
  private static final int WARP = 32;
  private static final int PIECE = 32;
  private static final int CHUNK_BITS = 4;

  private final RaceChecker races;
  private final ThreadBlock block;
  private final BlockClocks clocks;
  private final ShadowMemory shared;
  private final CellVisitor cells;
  private final CopyCompletion copies;
  private final Map<Barrier, Gathering> gatherings = new HashMap<>();
  private final Map<Long, Phases> mbarriers = new HashMap<>();
  private int meetings;

  RaceFinder(RaceChecker races, ThreadBlock block) {
    this.races = races;
    this.block = block;
    clocks = new BlockClocks(races, block);
    cells = new CellVisitor(races, block, clocks);
    shared = new ShadowMemory(races.memory(), block.shared().byteSize(), new AccessSets(), true);
    copies = new CopyCompletion(clocks, shared);
  }

  /** The block starts. */
  void start() {
    clocks.start();
    shared.clear();
    shared.sets().clear();
    cells.allMet();
    gatherings.clear();
    mbarriers.clear();
  }

  /** The time of accesses now; something that orders threads has happened whenever it changes. */
  int now() {
    return clocks.now();
  }

  /** How many times all threads of the block have waited for each other, over all blocks. */
  int meetings() {
    return meetings;
  }

  // Accesses

  /** What is remembered of an access's memory; null for memory that only one thread can access, or nobody write. */
  private ShadowMemory shadow(AddressResolver place, int bytes) {
    if (bytes <= 0) {
      return null;
    }
    return place.space() == Space.SHARED ? shared : place.isGlobal() ? races.shadow(place.region()) : null;
  }

  @Override
  public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    ShadowMemory shadow = shadow(place, bytes);
    if (shadow == null || lanes == 0) {
      return;
    }
    MemoryOrder order = races.order(site);
    int deed = !order.isStrong() ? Deed.READ : order.isWide() ? Deed.STRONG_READ : Deed.STRONG_READ_IN_BLOCK;
    long[] offsets = place.offsets();
    cells.begin(warp, lanes, shadow, place, offsets, bytes, null, site);
    cells.visitReads(deed);
    if (order.isStrong() && shadow.hasPlaces()) {
      for (int rest = lanes; rest != 0; rest &= rest - 1) {
        see(warp, Integer.numberOfTrailingZeros(rest), shadow, offsets, order);
      }
    }
  }

  /** A warp has read chunks of 16 bytes of shared memory until now. */
  void readUntilNow(Warp warp, BitSet chunks, int site) {
    long[] offsets = new long[WARP];
    for (int chunk = chunks.nextSetBit(0); chunk >= 0; chunk = chunks.nextSetBit(chunk + 1)) {
      offsets[0] = (long) chunk << CHUNK_BITS;
      cells.begin(warp, 1, shared, warp.resolver, offsets, 1 << CHUNK_BITS, null, site);
      cells.visitReads(Deed.READ);
    }
  }

  @Override
  public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
    ShadowMemory shadow = shadow(place, bytes);
    if (shadow == null || lanes == 0) {
      return;
    }
    MemoryOrder order = races.order(site);
    int deed = !order.isStrong() ? Deed.WRITE : order.isWide() ? Deed.ATOMIC : Deed.ATOMIC_IN_BLOCK;
    long[] offsets = place.offsets();
    cells.begin(warp, lanes, shadow, place, offsets, bytes, values, site);
    cells.visitWrites(deed);
    if (order.releases()) {
      clocks.fence(warp, lanes, order.release());
    }
    for (int rest = lanes; rest != 0 && (order.isStrong() || shadow.hasPlaces()); rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      if (order.isStrong()) {
        tell(warp, lane, shadow, offsets, order, false);
      } else {
        shadow.forgetPlaces(offsets[lane], bytes);
      }
    }
  }

  @Override
  public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
    ShadowMemory shadow = shadow(place, bytes);
    if (shadow == null || lanes == 0) {
      return;
    }
    MemoryOrder order = races.order(site);
    int writes = order.isWide() ? Deed.ATOMIC : Deed.ATOMIC_IN_BLOCK;
    int reads = order.isWide() ? Deed.STRONG_READ : Deed.STRONG_READ_IN_BLOCK;
    long[] offsets = place.offsets();
    cells.begin(warp, lanes, shadow, place, offsets, bytes, null, site);
    if (order.releases()) {
      clocks.fence(warp, lanes, order.release());
    }
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      boolean hasWritten = (written >>> lane & 1) != 0;
      cells.visit(hasWritten ? writes : reads, lane, 1 << lane);
      see(warp, lane, shadow, offsets, order);
      if (hasWritten) {
        tell(warp, lane, shadow, offsets, order, true);
      }
    }
  }

  private void see(Warp warp, int lane, ShadowMemory shadow, long[] offsets, MemoryOrder order) {
    SyncPlace told = shadow.place(offsets[lane]);
    if (told != null) {
      clocks.see(warp, lane, told, order);
    }
  }

  /** A lane has stored by a strong access: who sees the value learns what the lane has released. */
  private void tell(
      Warp warp, int lane, ShadowMemory shadow, long[] offsets, MemoryOrder order, boolean isAtomic) {
    int thread = warp.index * WARP + lane;
    SyncPlace there = shadow.place(offsets[lane]);
    if (clocks.tells(thread)) {
      SyncPlace told = there != null ? there : shadow.makePlace(offsets[lane]);
      clocks.tell(thread, told, order.isWide(), isAtomic);
    } else if (there != null && !isAtomic) {
      there.clear();
    }
  }

  @Override
  public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
    cells.begin(warp, lanes, shared, warp.resolver, destinations, bytes, warp.stored.set(data, bytes), site);
    cells.visitWrites(Deed.COPY);
  }

  @Override
  public void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {
    copies.complete(warp, lanes, destinations, bytes);
  }

  @Override
  public void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {
    eachPiece(
        lane, starts, bytes,
        (offsets, size) -> {
          cells.begin(warp, 1 << lane, shared, warp.resolver, offsets, size, null, site);
          cells.visit(Deed.COPY, lane, 1 << lane);
        });
  }

  @Override
  public void bulkCompleted(Warp warp, int lane, long[] starts, int bytes, long mbarrier) {
    eachPiece(lane, starts, bytes, (offsets, size) -> copies.complete(warp, 1 << lane, offsets, size));
    phases(mbarrier).arrive(clocks.deeds(warp.index * WARP + lane));
    clocks.pass();
  }

  /** Does something for each piece of stretches that cells can be looked at for together. */
  private static void eachPiece(int lane, long[] starts, int bytes, ObjIntConsumer<long[]> piece) {
    long[] offsets = new long[WARP];
    for (long start : starts) {
      for (long at = start; at < start + bytes; at = offsets[lane] / PIECE * PIECE + PIECE) {
        offsets[lane] = at;
        piece.accept(offsets, (int) (Math.min(start + bytes, at / PIECE * PIECE + PIECE) - at));
      }
    }
  }

  // Order

  private Phases phases(long mbarrier) {
    return mbarriers.computeIfAbsent(mbarrier, it -> new Phases());
  }

  @Override
  public void mbarrierMade(long mbarrier) {
    mbarriers.remove(mbarrier);
  }

  @Override
  public void arrivedAtPhase(Warp warp, int lane, long mbarrier, int site) {
    if (!races.orders().isRelaxed(site)) {
      phases(mbarrier).arrive(clocks.singles(warp, 1 << lane));
      clocks.pass();
    }
  }

  @Override
  public void phaseCompleted(long mbarrier, int parity) {
    phases(mbarrier).complete(parity);
  }

  @Override
  public void sawPhase(Warp warp, int lane, long mbarrier, int parity, int site) {
    if (!races.orders().isRelaxed(site)) {
      clocks.learn(warp, 1 << lane, phases(mbarrier).last(parity));
    }
  }

  @Override
  public void fence(Warp warp, int lanes, int site) {
    MemoryOrder order = races.order(site);
    if (order.isStrong()) {
      clocks.fence(warp, lanes, order);
    }
  }

  @Override
  public void met(Warp warp, int lanes, int site) {
    clocks.meet(warp, lanes);
  }

  /** Who has arrived at a barrier, and what they know together. */
  private static final class Gathering {
    final List<Warp> warps = new ArrayList<>();
    final List<Integer> lanes = new ArrayList<>();
    Clock clock = Clock.EMPTY;
    boolean hasPasser;
    boolean isClosed;
    boolean isOfAll;
    int threads;
  }

  @Override
  public void arrived(
      Warp warp, int lanes, Barrier barrier, boolean waits, boolean aligned, int count, int site) {
    Gathering gathering = gatherings.computeIfAbsent(barrier, it -> new Gathering());
    gathering.threads += Integer.bitCount(lanes);
    if (waits) {
      // What they know they still know when they are released.
      gathering.warps.add(warp);
      gathering.lanes.add(lanes);
    } else {
      gathering.clock = gathering.clock.join(clocks.singles(warp, lanes));
      gathering.hasPasser = true;
      clocks.pass();
    }
  }

  @Override
  public void released(Warp warp, int lanes, Barrier barrier) {
    Gathering gathering = gatherings.get(barrier);
    if (!gathering.isClosed) {
      close(gathering);
    }
    if (!gathering.isOfAll) {
      clocks.learn(warp, lanes, gathering.clock);
    }
  }

  private void close(Gathering gathering) {
    gathering.isClosed = true;
    gathering.isOfAll = !gathering.hasPasser && gathering.threads >= block.liveThreads();
    if (gathering.isOfAll) {
      clocks.meetAll();
      meetings++;
      shared.sets().clear();
      cells.allMet();
      return;
    }
    for (int i = 0; i < gathering.warps.size(); i++) {
      gathering.clock = gathering.clock.join(clocks.singles(gathering.warps.get(i), gathering.lanes.get(i)));
    }
  }

  @Override
  public void completed(Barrier barrier) {
    Gathering gathering = gatherings.remove(barrier);
    if (gathering != null && !gathering.isOfAll) {
      clocks.pass();
    }
  }
}
