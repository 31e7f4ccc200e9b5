package nibble.emulator.execute;

import java.util.BitSet;
import java.util.List;
import nibble.emulator.memory.AddressResolver;

/** Several observers of a block as one. */
public final class Observers {
  private Observers() {}

  /** One that tells all of them, in their order. */
  public static Observer.BlockObserver of(List<Observer.BlockObserver> observers) {
    return switch (observers.size()) {
      case 0 -> Observer.BlockObserver.NONE;
      case 1 -> observers.get(0);
      default -> new Both(observers.get(0), of(observers.subList(1, observers.size())));
    };
  }

  private record Both(Observer.BlockObserver first, Observer.BlockObserver second) implements Observer.BlockObserver {
    @Override
    public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
      first.read(warp, lanes, place, bytes, site);
      second.read(warp, lanes, place, bytes, site);
    }

    @Override
    public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
      first.write(warp, lanes, place, bytes, values, site);
      second.write(warp, lanes, place, bytes, values, site);
    }

    @Override
    public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
      first.update(warp, lanes, written, place, bytes, site);
      second.update(warp, lanes, written, place, bytes, site);
    }

    @Override
    public void asked(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
      first.asked(warp, lanes, place, bytes, site);
      second.asked(warp, lanes, place, bytes, site);
    }

    @Override
    public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
      first.copyIssued(warp, lanes, destinations, data, bytes, site);
      second.copyIssued(warp, lanes, destinations, data, bytes, site);
    }

    @Override
    public void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {
      first.copyCompleted(warp, lanes, destinations, bytes);
      second.copyCompleted(warp, lanes, destinations, bytes);
    }

    @Override
    public void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {
      first.bulkIssued(warp, lane, starts, bytes, site);
      second.bulkIssued(warp, lane, starts, bytes, site);
    }

    @Override
    public void bulkCompleted(Warp warp, int lane, long[] starts, int bytes, long mbarrier) {
      first.bulkCompleted(warp, lane, starts, bytes, mbarrier);
      second.bulkCompleted(warp, lane, starts, bytes, mbarrier);
    }

    @Override
    public void copyHolds(CopyEnd end) {
      first.copyHolds(end);
      second.copyHolds(end);
    }

    @Override
    public void copyReleases(CopyEnd end) {
      first.copyReleases(end);
      second.copyReleases(end);
    }

    @Override
    public void matricesIssued(Warp warp, BitSet chunks, int site) {
      first.matricesIssued(warp, chunks, site);
      second.matricesIssued(warp, chunks, site);
    }

    @Override
    public void registerUnordered(Warp warp, int lanes, String what, int earlier, int site) {
      first.registerUnordered(warp, lanes, what, earlier, site);
      second.registerUnordered(warp, lanes, what, earlier, site);
    }

    @Override
    public void matricesCommitted(Warp warp) {
      first.matricesCommitted(warp);
      second.matricesCommitted(warp);
    }

    @Override
    public void matricesAwaited(Warp warp, int pending) {
      first.matricesAwaited(warp, pending);
      second.matricesAwaited(warp, pending);
    }

    @Override
    public void mbarrierMade(long mbarrier) {
      first.mbarrierMade(mbarrier);
      second.mbarrierMade(mbarrier);
    }

    @Override
    public void arrivedAtPhase(Warp warp, int lane, long mbarrier, int site) {
      first.arrivedAtPhase(warp, lane, mbarrier, site);
      second.arrivedAtPhase(warp, lane, mbarrier, site);
    }

    @Override
    public void phaseCompleted(long mbarrier, int parity) {
      first.phaseCompleted(mbarrier, parity);
      second.phaseCompleted(mbarrier, parity);
    }

    @Override
    public void sawPhase(Warp warp, int lane, long mbarrier, int parity, int site) {
      first.sawPhase(warp, lane, mbarrier, parity, site);
      second.sawPhase(warp, lane, mbarrier, parity, site);
    }

    @Override
    public void fence(Warp warp, int lanes, int site) {
      first.fence(warp, lanes, site);
      second.fence(warp, lanes, site);
    }

    @Override
    public void arrived(
        Warp warp, int lanes, Barrier barrier, boolean waits, boolean aligned, int count, int site) {
      first.arrived(warp, lanes, barrier, waits, aligned, count, site);
      second.arrived(warp, lanes, barrier, waits, aligned, count, site);
    }

    @Override
    public void released(Warp warp, int lanes, Barrier barrier) {
      first.released(warp, lanes, barrier);
      second.released(warp, lanes, barrier);
    }

    @Override
    public void completed(Barrier barrier) {
      first.completed(barrier);
      second.completed(barrier);
    }

    @Override
    public void met(Warp warp, int lanes, int site) {
      first.met(warp, lanes, site);
      second.met(warp, lanes, site);
    }

    @Override
    public void tookNothing(Warp warp, int lane, int from, int site) {
      first.tookNothing(warp, lane, from, site);
      second.tookNothing(warp, lane, from, site);
    }

    @Override
    public void readUnwritten(Warp warp, int lanes, String register, int site) {
      first.readUnwritten(warp, lanes, register, site);
      second.readUnwritten(warp, lanes, register, site);
    }

    @Override
    public void copiedLocal(Warp warp, int lanes, int from, int to, int bytes) {
      first.copiedLocal(warp, lanes, from, to, bytes);
      second.copiedLocal(warp, lanes, from, to, bytes);
    }

    @Override
    public void wroteLocal(Warp warp, int lanes, int to, int bytes) {
      first.wroteLocal(warp, lanes, to, bytes);
      second.wroteLocal(warp, lanes, to, bytes);
    }

    @Override
    public void exited(Warp warp, int lanes) {
      first.exited(warp, lanes);
      second.exited(warp, lanes);
    }

    @Override
    public void ended() {
      first.ended();
      second.ended();
    }
  }
}
