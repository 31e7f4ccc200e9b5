package nibble.emulator.check;

import java.util.BitSet;
import nibble.emulator.execute.Barrier;
import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * The checks of one block, each told what it heeds. Accesses are so many that a call of one which heeds nothing would
 * show, as would one whose target the JVM must look up; hence fields of their own classes, null where a check is off,
 * in place of a list.
 */
final class BlockChecks implements Observer.BlockObserver {
  private final InitFinder init;
  private final RaceFinder race;
  private final AsyncFinder async;
  private final CopyFinder copies;
  private final BarrierFinder barriers;
  private final AlignedFinder aligned;

  /**
   * Those that are on; the others are null.
   *
   * @param async and {@code copies} heed what {@code race} knows, which is told first
   */
  BlockChecks(
      InitFinder init, RaceFinder race, AsyncFinder async, CopyFinder copies, BarrierFinder barriers,
      AlignedFinder aligned) {
    this.init = init;
    this.race = race;
    this.async = async;
    this.copies = copies;
    this.barriers = barriers;
    this.aligned = aligned;
  }

  /** The block starts. */
  void start() {
    if (init != null) {
      init.start();
    }
    if (race != null) {
      race.start();
    }
    if (async != null) {
      async.start();
    }
    if (copies != null) {
      copies.start();
    }
    if (barriers != null) {
      barriers.start();
    }
  }

  // Accesses

  @Override
  public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    if (init != null) {
      init.read(warp, lanes, place, bytes, site);
    }
    if (race != null) {
      race.read(warp, lanes, place, bytes, site);
    }
    if (async != null) {
      async.read(warp, lanes, place, bytes, site);
    }
    if (copies != null) {
      copies.read(warp, lanes, place, bytes, site);
    }
  }

  @Override
  public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
    if (init != null) {
      init.write(warp, lanes, place, bytes, values, site);
    }
    if (race != null) {
      race.write(warp, lanes, place, bytes, values, site);
    }
    if (async != null) {
      async.write(warp, lanes, place, bytes, values, site);
    }
    if (copies != null) {
      copies.write(warp, lanes, place, bytes, values, site);
    }
  }

  @Override
  public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
    if (init != null) {
      init.update(warp, lanes, written, place, bytes, site);
    }
    if (race != null) {
      race.update(warp, lanes, written, place, bytes, site);
    }
    if (async != null) {
      async.update(warp, lanes, written, place, bytes, site);
    }
    if (copies != null) {
      copies.update(warp, lanes, written, place, bytes, site);
    }
  }

  @Override
  public void copiedLocal(Warp warp, int lanes, int from, int to, int bytes) {
    if (init != null) {
      init.copiedLocal(warp, lanes, from, to, bytes);
    }
  }

  @Override
  public void wroteLocal(Warp warp, int lanes, int to, int bytes) {
    if (init != null) {
      init.wroteLocal(warp, lanes, to, bytes);
    }
  }

  @Override
  public void readUnwritten(Warp warp, int lanes, String register, int site) {
    if (init != null) {
      init.readUnwritten(warp, lanes, register, site);
    }
  }

  // Copies

  @Override
  public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
    if (race != null) {
      race.copyIssued(warp, lanes, destinations, data, bytes, site);
    }
    if (async != null) {
      async.copyIssued(warp, lanes, destinations, data, bytes, site);
    }
    if (copies != null) {
      copies.copyIssued(warp, lanes, destinations, data, bytes, site);
    }
  }

  @Override
  public void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {
    if (init != null) {
      init.copyCompleted(warp, lanes, destinations, bytes);
    }
    if (race != null) {
      race.copyCompleted(warp, lanes, destinations, bytes);
    }
  }

  @Override
  public void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {
    if (race != null) {
      race.bulkIssued(warp, lane, starts, bytes, site);
    }
    if (async != null) {
      async.bulkIssued(warp, lane, starts, bytes, site);
    }
    if (copies != null) {
      copies.bulkIssued(warp, lane, starts, bytes, site);
    }
  }

  @Override
  public void bulkCompleted(Warp warp, int lane, long[] starts, int bytes, long mbarrier) {
    if (init != null) {
      init.bulkCompleted(warp, lane, starts, bytes, mbarrier);
    }
    if (race != null) {
      race.bulkCompleted(warp, lane, starts, bytes, mbarrier);
    }
  }

  @Override
  public void copyHolds(CopyEnd end) {
    if (copies != null) {
      copies.copyHolds(end);
    }
  }

  @Override
  public void copyReleases(CopyEnd end) {
    if (copies != null) {
      copies.copyReleases(end);
    }
  }

  // Matrices of warpgroups

  @Override
  public void matricesIssued(Warp warp, BitSet chunks, int site) {
    if (async != null) {
      async.matricesIssued(warp, chunks, site);
    }
  }

  @Override
  public void matricesCommitted(Warp warp) {
    if (async != null) {
      async.matricesCommitted(warp);
    }
  }

  @Override
  public void matricesAwaited(Warp warp, int pending) {
    if (async != null) {
      async.matricesAwaited(warp, pending);
    }
  }

  @Override
  public void registerUnordered(Warp warp, int lanes, String what, int earlier, int site) {
    if (async != null) {
      async.registerUnordered(warp, lanes, what, earlier, site);
    }
  }

  // Order

  @Override
  public void mbarrierMade(long mbarrier) {
    if (race != null) {
      race.mbarrierMade(mbarrier);
    }
  }

  @Override
  public void arrivedAtPhase(Warp warp, int lane, long mbarrier, int site) {
    if (race != null) {
      race.arrivedAtPhase(warp, lane, mbarrier, site);
    }
  }

  @Override
  public void phaseCompleted(long mbarrier, int parity) {
    if (race != null) {
      race.phaseCompleted(mbarrier, parity);
    }
  }

  @Override
  public void sawPhase(Warp warp, int lane, long mbarrier, int parity, int site) {
    if (race != null) {
      race.sawPhase(warp, lane, mbarrier, parity, site);
    }
  }

  @Override
  public void fence(Warp warp, int lanes, int site) {
    if (race != null) {
      race.fence(warp, lanes, site);
    }
    if (async != null) {
      async.fence(warp, lanes, site);
    }
  }

  @Override
  public void arrived(
      Warp warp, int lanes, Barrier barrier, boolean waits, boolean isAligned, int count, int site) {
    if (race != null) {
      race.arrived(warp, lanes, barrier, waits, isAligned, count, site);
    }
    if (barriers != null) {
      barriers.arrived(warp, lanes, barrier, waits, isAligned, count, site);
    }
    if (aligned != null) {
      aligned.arrived(warp, lanes, barrier, waits, isAligned, count, site);
    }
  }

  @Override
  public void released(Warp warp, int lanes, Barrier barrier) {
    if (race != null) {
      race.released(warp, lanes, barrier);
    }
  }

  @Override
  public void completed(Barrier barrier) {
    if (race != null) {
      race.completed(barrier);
    }
    if (barriers != null) {
      barriers.completed(barrier);
    }
  }

  @Override
  public void met(Warp warp, int lanes, int site) {
    if (race != null) {
      race.met(warp, lanes, site);
    }
  }

  @Override
  public void tookNothing(Warp warp, int lane, int from, int site) {
    if (aligned != null) {
      aligned.tookNothing(warp, lane, from, site);
    }
  }

  @Override
  public void ended() {
    if (async != null) {
      async.ended();
    }
    if (barriers != null) {
      barriers.ended();
    }
  }
}
