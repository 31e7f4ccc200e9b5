package nibble.emulator.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/**
 * Finds what is done to either end of a bulk copy or reduction before its wait, by its own thread or by one that a
 * barrier of the whole block has ordered behind its start: no other order counts there but the wait (PTX ISA 9.7.9.25,
 * "Completion mechanisms for asynchronous copy operations"). Threads that nothing orders are for {@link RaceFinder}.
 *
 * <pre>
 *   cp.async.bulk [y], [tile]     reads tile and writes y from now on
 *   cp.async.bulk.commit_group
 *   st.shared [tile]              found
 *   cp.async.bulk.wait_group.read tile is free
 *   ld.global [y]                 found
 *   cp.async.bulk.wait_group      so is y
 * </pre>
 */
final class CopyFinder implements Observer.BlockObserver {
  private static final int WARP = 32;
  private static final IntPredicate ALWAYS = lane -> true;

  private final RaceChecker races;
  private final RaceFinder order;
  private final ThreadBlock block;
  private final List<Use> ofShared = new ArrayList<>();
  private final List<Use> ofGlobal = new ArrayList<>();

  /** Memory in use, and how often the block's threads had met when that began. */
  private record Use(CopyEnd end, int meetings) {}

  private enum Access {
    READ("read"),
    STRONG_READ("read"),
    WRITE("written"),
    UPDATE("updated");

    final String text;

    Access(String text) {
      this.text = text;
    }

    boolean isFaultOn(CopyEnd.Role role) {
      return switch (role) {
        case SOURCE -> this == WRITE || this == UPDATE;
        case TARGET -> true;
        // Atomics and strong reads do not conflict with a reduction, which is of atomics itself.
        case REDUCED -> this == READ || this == WRITE;
      };
    }
  }

  /**
   * Of a block.
   *
   * @param order what orders its threads, which is told everything first
   */
  CopyFinder(RaceChecker races, RaceFinder order, ThreadBlock block) {
    this.races = races;
    this.order = order;
    this.block = block;
  }

  /** The block starts. */
  void start() {
    ofShared.clear();
    ofGlobal.clear();
  }

  @Override
  public void copyHolds(CopyEnd end) {
    uses(end).add(new Use(end, order.meetings()));
  }

  @Override
  public void copyReleases(CopyEnd end) {
    uses(end).removeIf(use -> use.end == end);
  }

  private List<Use> uses(CopyEnd end) {
    return end.isShared() ? ofShared : ofGlobal;
  }

  private List<Use> uses(AddressResolver place) {
    return place.space() == Space.SHARED ? ofShared : place.isGlobal() ? ofGlobal : List.of();
  }

  @Override
  public void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
    Access access = races.order(site).isStrong() ? Access.STRONG_READ : Access.READ;
    look(warp, lanes, place, bytes, access, site);
  }

  @Override
  public void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {
    List<Use> uses = uses(place);
    if (uses.isEmpty()) {
      return;
    }
    // What a copy reads may be stored once more; what it writes is not there yet.
    IntPredicate changes = lane -> !values.areThere(lane, place.segment(), place.offsets()[lane], 0, bytes);
    Access access = races.order(site).isStrong() ? Access.UPDATE : Access.WRITE;
    for (Use use : uses) {
      look(use, warp, lanes, place, bytes, access, use.end.role() == CopyEnd.Role.SOURCE ? changes : ALWAYS, site);
    }
  }

  @Override
  public void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {
    look(warp, written, place, bytes, Access.UPDATE, site);
    look(warp, lanes & ~written, place, bytes, Access.STRONG_READ, site);
  }

  @Override
  public void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {
    for (int rest = ofShared.isEmpty() ? 0 : lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      lookShared(warp, lane, destinations[lane], bytes, site);
    }
  }

  @Override
  public void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {
    for (long start : ofShared.isEmpty() || bytes == 0 ? new long[0] : starts) {
      lookShared(warp, lane, start, bytes, site);
    }
  }

  private void lookShared(Warp warp, int lane, long at, int bytes, int site) {
    for (Use use : ofShared) {
      if (isOrdered(use, warp, lane) && use.end.touches(at, bytes)) {
        report(use, warp, lane, Access.WRITE, at, where(at), site);
      }
    }
  }

  private void look(Warp warp, int lanes, AddressResolver place, int bytes, Access access, int site) {
    for (Use use : uses(place)) {
      look(use, warp, lanes, place, bytes, access, ALWAYS, site);
    }
  }

  private void look(
      Use use, Warp warp, int lanes, AddressResolver place, int bytes, Access access, IntPredicate matters, int site) {
    if (!access.isFaultOn(use.end.role())) {
      return;
    }
    boolean isShared = use.end.isShared();
    long base = isShared ? 0 : place.region().base();
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long at = place.offsets()[lane];
      if (isOrdered(use, warp, lane) && use.end.touches(base + at, bytes) && matters.test(lane)) {
        String where =
            isShared
                ? where(at)
                : "global address 0x" + Long.toHexString(base + at) + " (" + place.region() + ", byte " + at + ")";
        report(use, warp, lane, access, base + at, where, site);
      }
    }
  }

  private boolean isOrdered(Use use, Warp warp, int lane) {
    return use.meetings != order.meetings() || use.end.warp() == warp && use.end.lane() == lane;
  }

  private String where(long at) {
    return "shared address 0x" + Long.toHexString(at) + " (" + block.nameShared(at) + ")";
  }

  private void report(Use use, Warp warp, int lane, Access access, long address, String where, int site) {
    CopyEnd end = use.end;
    String copy =
        switch (end.role()) {
          case SOURCE -> "a copy from it";
          case TARGET -> "a copy to it";
          case REDUCED -> "a reduction to it";
        };
    String deed =
        switch (end.role()) {
          case SOURCE -> "copied from";
          case TARGET -> "copied to";
          case REDUCED -> "updated";
        };
    Findings.Earlier earlier =
        new Findings.Earlier(
            deed, end.site(), Optional.of(block.thread(end.warp().index * WARP + end.lane())), block.index());
    races.findings().add(
        KernelFault.Kind.UNFINISHED_COPY, warp, lane, site,
        where + " is " + access.text + " here while " + copy + " is under way that its thread has not waited for",
        OptionalLong.of(address), earlier);
  }
}
