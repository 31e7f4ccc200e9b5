package nibble.emulator.check;

import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/**
 * Finds what a block does to shared memory behind the back of its {@code wgmma}, bulk and tensor copies: stores that no
 * fence between the proxies makes known to them, changes of what a {@code wgmma} still reads, and {@code wgmma} that
 * nobody waits for; and of what it does to their registers.
 */
final class AsyncFinder implements Observer.BlockObserver {
  private static final int WARP = 32;

  private final RaceChecker races;
  private final RaceFinder order;
  private final ThreadBlock block;
  private final AsyncProxy proxy;
  private Warp[] warps;
  private int meetings;

  /**
   * Of a block.
   *
   * @param order what orders its threads, which is told everything first
   */
  AsyncFinder(RaceChecker races, RaceFinder order, ThreadBlock block) {
    this.races = races;
    this.order = order;
    this.block = block;
    proxy = new AsyncProxy(block.shared().byteSize(), block.launch().warps());
    warps = new Warp[block.launch().warps()];
  }

  /** The block starts. */
  void start() {
    proxy.start();
    warps = new Warp[warps.length];
    meetings = order.meetings();
  }

  private void heedMeetings() {
    if (meetings != order.meetings()) {
      meetings = order.meetings();
      proxy.allMet();
    }
  }

  @Override
  public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    if (place.space() != Space.SHARED || !races.order(site).isAsync()) {
      return;
    }
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long at = place.offsets()[lane];
      int store = proxy.missed(warp.index * WARP + lane, at, bytes);
      if (store >= 0) {
        report(
            KernelFault.Kind.PROXY, warp, lane, site, at, "written", store, proxy.storer(at),
            where(at) + " is read by the async proxy here, and no fence.proxy.async is behind the store of it");
      }
    }
  }

  @Override
  public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
    if (place.space() == Space.SHARED && bytes > 0) {
      stored(warp, lanes, place.offsets(), bytes, site);
    }
  }

  @Override
  public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
    if (place.space() != Space.SHARED || bytes <= 0) {
      return;
    }
    if (!races.order(site).isAsync()) {
      stored(warp, written, place.offsets(), bytes, site);
      return;
    }
    for (int rest = written; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      requireUnread(warp, lane, place.offsets()[lane], bytes, site);
      proxy.copied(place.offsets()[lane], bytes);
    }
  }

  @Override
  public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
    stored(warp, lanes, destinations, bytes, site);
  }

  private void stored(Warp warp, int lanes, long[] offsets, int bytes, int site) {
    heedMeetings();
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      requireUnread(warp, lane, offsets[lane], bytes, site);
      proxy.stored(warp.index * WARP + lane, offsets[lane], bytes, site);
    }
  }

  @Override
  public void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {
    for (long start : bytes > 0 ? starts : new long[0]) {
      requireUnread(warp, lane, start, bytes, site);
      proxy.copied(start, bytes);
    }
  }

  private void requireUnread(Warp warp, int lane, long at, int bytes, int site) {
    int reader = proxy.reader(at, bytes);
    if (reader >= 0) {
      report(
          KernelFault.Kind.UNFINISHED_MATRICES, warp, lane, site, at, "read", proxy.reading(reader, at, bytes).site(),
          reader * WARP, where(at) + " is written here while a wgmma reads it that has not been waited for");
    }
  }

  @Override
  public void fence(Warp warp, int lanes, int site) {
    if (races.order(site).isAsync()) {
      heedMeetings();
      proxy.fence(warp.index, lanes);
    }
  }

  @Override
  public void matricesIssued(Warp warp, BitSet chunks, int site) {
    warps[warp.index] = warp;
    proxy.issued(warp.index, new AsyncProxy.Reading(chunks, site, order.now()));
  }

  @Override
  public void matricesCommitted(Warp warp) {
    proxy.committed(warp.index);
  }

  @Override
  public void matricesAwaited(Warp warp, int pending) {
    proxy.awaited(warp.index, pending, reading -> {
      if (reading.time() != order.now()) {
        order.readUntilNow(warp, reading.chunks(), reading.site());
      }
    });
  }

  @Override
  public void registerUnordered(Warp warp, int lanes, String what, int earlier, int site) {
    int lane = Integer.numberOfTrailingZeros(lanes);
    if (earlier == site) {
      races.findings().add(KernelFault.Kind.UNFINISHED_MATRICES, warp, lane, site, what, OptionalLong.empty());
    } else {
      Findings.Earlier access =
          new Findings.Earlier("accessed", earlier, Optional.of(block.thread(warp.index * WARP + lane)), block.index());
      races.findings()
          .add(KernelFault.Kind.UNFINISHED_MATRICES, warp, lane, site, what, OptionalLong.empty(), access);
    }
  }

  @Override
  public void ended() {
    for (Warp warp : warps) {
      AsyncProxy.Reading left = warp == null ? null : proxy.unfinished(warp.index);
      if (left != null) {
        races.findings().add(
            KernelFault.Kind.UNFINISHED_MATRICES, warp, 0, left.site(),
            "the kernel ends, and no wgmma.wait_group has waited for this: its sums may be those from before",
            OptionalLong.empty());
      }
    }
  }

  private String where(long at) {
    return "shared address 0x" + Long.toHexString(at) + " (" + block.nameShared(at) + ")";
  }

  private void report(
      KernelFault.Kind kind, Warp warp, int lane, int site, long at, String deed, int otherSite, int otherThread,
      String what) {
    Findings.Earlier earlier =
        new Findings.Earlier(deed, otherSite, Optional.of(block.thread(otherThread)), block.index());
    races.findings().add(kind, warp, lane, site, what, OptionalLong.of(at), earlier);
  }
}
