package nibble.emulator.operation;

import java.util.function.IntConsumer;
import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.Warp;
import nibble.emulator.lane.Lanes;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/**
 * Tells the observer of a watched launch what is accessed. The last operands, address register, displacement, space and
 * site, are those of the access itself.
 */
public final class Watch {
  private static final int ROW_BYTES = 16;
  private static final int SECTOR = 32;
  private static final int[] UNKNOWN = {};
  private static final long[] NOTHING = {};
  private static final Runnable NOBODY = () -> {};

  private Watch() {}

  /** Before loads. */
  public static void read(Warp w, int m, int bytes, int a, int offset, int space, int site) {
    AddressResolver resolver = w.resolver;
    for (int rest = m; rest != 0; ) {
      int now = resolver.load(rest, space, a, offset, bytes, site);
      w.block.observer().read(w, now, resolver, bytes, site);
      keep(resolver, now, m, space, a, offset, bytes);
      rest &= ~now;
    }
  }

  /**
   * Before stores.
   *
   * @param list registers of the elements
   * @param bytes of all elements
   * @param each bytes of an element
   * @param isLong whether the registers are those of 64 bits
   */
  public static void write(
      Warp w, int m, int list, int bytes, int each, int isLong, int a, int offset, int space, int site) {
    write(w, m, w.stored.set(w.lists[list], each, isLong != 0), bytes, a, offset, space, site);
  }

  private static void write(
      Warp w, int m, StoredValues values, int bytes, int a, int offset, int space, int site) {
    AddressResolver resolver = w.resolver;
    for (int rest = m; rest != 0; ) {
      int now = resolver.store(rest, space, a, offset, bytes, site);
      w.block.observer().write(w, now, resolver, bytes, values, site);
      keep(resolver, now, m, space, a, offset, bytes);
      rest &= ~now;
    }
  }

  /** Where a round was of all lanes, the access itself need not resolve them once more. */
  private static void keep(AddressResolver resolver, int now, int m, int space, int a, int offset, int bytes) {
    if (now == m) {
      resolver.keep(m, space, a, offset, bytes);
    }
  }

  /** After atomics that always write. */
  public static void update(Warp w, int m, int bytes, int a, int offset, int space, int site) {
    updated(w, m, m, bytes, a, offset, space, site);
  }

  /** After comparisons with memory, which write where what was there, {@code old}, is what was wanted. */
  public static void compared(
      Warp w, int m, int bytes, int old, int wanted, int a, int offset, int space, int site) {
    int written = 0;
    for (int l = 0; l < 32; l++) {
      boolean same = bytes == 8 ? w.longs[old + l] == w.longs[wanted + l] : w.words[old + l] == w.words[wanted + l];
      written |= same ? 1 << l : 0;
    }
    updated(w, m, written, bytes, a, offset, space, site);
  }

  private static void updated(
      Warp w, int m, int written, int bytes, int a, int offset, int space, int site) {
    AddressResolver resolver = w.resolver;
    for (int rest = m; rest != 0; ) {
      int now = resolver.store(rest, space, a, offset, bytes, site);
      w.block.observer().update(w, now, written & now, resolver, bytes, site);
      rest &= ~now;
    }
  }

  /** Before {@code ldmatrix}: the lanes of the matrices' rows. */
  public static void readRows(Warp w, int m, int matrices, int a, int offset, int space, int site) {
    read(w, m & rows(matrices), ROW_BYTES, a, offset, space, site);
  }

  /** Before {@code stmatrix}. */
  public static void writeRows(Warp w, int m, int matrices, int a, int offset, int space, int site) {
    write(w, m & rows(matrices), w.stored.set(UNKNOWN, 1, false), ROW_BYTES, a, offset, space, site);
  }

  private static int rows(int matrices) {
    return matrices == 4 ? -1 : (1 << 8 * matrices) - 1;
  }

  /** Tells of an access that a helper has resolved itself: the lanes of the last round. */
  static void resolved(Warp w, int lanes, boolean writes, int bytes, int site) {
    Observer.BlockObserver observer = w.block.observer();
    if (observer == Observer.BlockObserver.NONE) {
      return;
    }
    if (writes) {
      observer.write(w, lanes, w.resolver, bytes, w.stored.set(UNKNOWN, 1, false), site);
    } else {
      observer.read(w, lanes, w.resolver, bytes, site);
    }
  }

  /** Tells of a strong access that a helper has resolved itself, and that changes nothing for others to see. */
  static void updated(Warp w, int lanes, int bytes, int site) {
    w.block.observer().update(w, lanes, 0, w.resolver, bytes, site);
  }

  /** Tells of a strong read that a helper has resolved itself. */
  static void asked(Warp w, int lanes, int bytes, int site) {
    w.block.observer().asked(w, lanes, w.resolver, bytes, site);
  }

  /** Tells that a lane reads or writes a stretch, at whose first byte the last round was. */
  static void span(Warp w, int lane, long bytes, boolean writes, int site) {
    eachSector(w, lane, bytes, size -> resolved(w, 1 << lane, writes, size, site));
  }

  /**
   * Tells that a lane begins a copy or reduction of a stretch, at whose first byte the last round was; gives what tells
   * that this end of it is free again.
   */
  static Runnable end(Warp w, int lane, long bytes, CopyEnd.Role role, int site) {
    if (w.block.observer() == Observer.BlockObserver.NONE) {
      return NOBODY;
    }
    boolean isShared = w.resolver.space() == Space.SHARED;
    long first = w.resolver.offsets()[lane] + (isShared ? 0 : w.resolver.region().base());
    switch (role) {
      case SOURCE -> span(w, lane, bytes, false, site);
      case TARGET -> span(w, lane, bytes, true, site);
      case REDUCED -> reduced(w, lane, bytes, site);
    }
    return held(w, new CopyEnd(w, lane, role, isShared, new long[] {first}, bytes, site));
  }

  /** Tells that a copy needs memory whose access was told; gives what tells that the memory is free again. */
  static Runnable held(Warp w, CopyEnd end) {
    Observer.BlockObserver observer = w.block.observer();
    if (observer == Observer.BlockObserver.NONE) {
      return NOBODY;
    }
    observer.copyHolds(end);
    return () -> observer.copyReleases(end);
  }

  /** Tells nothing. */
  static Runnable nobody() {
    return NOBODY;
  }

  /** Tells that a lane changes the elements of a stretch atomically, at whose first byte the last round was. */
  static void reduced(Warp w, int lane, long bytes, int site) {
    eachSector(w, lane, bytes, size -> w.block.observer().update(w, 1 << lane, 1 << lane, w.resolver, size, site));
  }

  private static void eachSector(Warp w, int lane, long bytes, IntConsumer sector) {
    if (w.block.observer() == Observer.BlockObserver.NONE) {
      return;
    }
    long[] offsets = w.resolver.offsets();
    long end = offsets[lane] + bytes;
    while (offsets[lane] < end) {
      long next = Math.min(end, (offsets[lane] / SECTOR + 1) * SECTOR);
      sector.accept((int) (next - offsets[lane]));
      offsets[lane] = next;
    }
  }

  /** Tells that a lane reads chunks of shared memory. */
  static void chunks(Warp w, int lane, long[] starts, int bytes, int site) {
    if (w.block.observer() == Observer.BlockObserver.NONE) {
      return;
    }
    long[] place = new long[Lanes.WARP];
    for (long start : starts) {
      place[lane] = start;
      w.resolver.resolve(1 << lane, Space.SHARED, place, bytes, site, false);
      w.block.observer().read(w, 1 << lane, w.resolver, bytes, site);
    }
  }

  /** Gives what tells that changes of shared memory are complete that an mbarrier counts. */
  static Runnable counted(Warp w, int lane, long mbarrier) {
    return () -> w.block.observer().bulkCompleted(w, lane, NOTHING, 0, mbarrier);
  }

  /** Tells of writes of shared memory that a lane has issued; gives what tells that they are complete. */
  static Runnable bulk(Warp w, int lane, long[] starts, int bytes, long mbarrier, int site) {
    Observer.BlockObserver observer = w.block.observer();
    observer.bulkIssued(w, lane, starts, bytes, site);
    return () -> observer.bulkCompleted(w, lane, starts, bytes, mbarrier);
  }

  /** A memory fence. */
  public static void fence(Warp w, int m, int site) {
    if (m != 0) {
      w.block.observer().fence(w, m, site);
    }
  }

  /** After a parameter of a call was copied within local memory. */
  public static void copyLocal(Warp w, int m, int to, int from, int bytes) {
    if (m != 0) {
      w.block.observer().copiedLocal(w, m, from, to, bytes);
    }
  }

  /** After a parameter of a call was written to local memory. */
  public static void writeLocal(Warp w, int m, int to, int bytes) {
    if (m != 0) {
      w.block.observer().wroteLocal(w, m, to, bytes);
    }
  }

  /**
   * Lanes are about to access a register that a {@code wgmma} has, or give it one, with no order between.
   *
   * @param what number of the words that tell it
   * @param earlier site of what it has no order with
   */
  public static void unordered(Warp w, int m, int what, int earlier, int site) {
    if (m != 0) {
      w.block.observer().registerUnordered(w, m, (String) w.plans[what], earlier, site);
    }
  }

  // Which lanes have written a register is kept in a predicate.

  /** A function begins: lanes have not written its registers. */
  public static void forget(Warp w, int m, int list) {
    for (int written : w.lists[list]) {
      w.predicates[written] &= ~m;
    }
  }

  /** Lanes have written the registers. */
  public static void wrote(Warp w, int m, int list) {
    for (int written : w.lists[list]) {
      w.predicates[written] |= m;
    }
  }

  /** Lanes have written registers that are written if all of the others are. */
  public static void wroteIf(Warp w, int m, int list, int sources) {
    int all = -1;
    for (int source : w.lists[sources]) {
      all &= w.predicates[source];
    }
    for (int written : w.lists[list]) {
      w.predicates[written] = w.predicates[written] & ~m | all & m;
    }
  }

  /** Lanes have chosen between two registers: {@code a} where the predicate {@code chooser} is true. */
  public static void chose(Warp w, int m, int target, int a, int b, int chooser) {
    int[] p = w.predicates;
    int written = p[chooser] & p[a] | ~p[chooser] & p[b];
    p[target] = p[target] & ~m | written & m;
  }

  /** Lanes are about to read a register, which they should have written; {@code name} is the number of its name. */
  public static void require(Warp w, int m, int written, int name, int site) {
    int missing = m & ~w.predicates[written];
    if (missing != 0) {
      w.block.observer().readUnwritten(w, missing, (String) w.plans[name], site);
    }
  }
}
