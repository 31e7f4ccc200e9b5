package nibble.emulator.operation;

import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Warp;
import nibble.emulator.model.PtxType;

/**
 * {@code st.async}, {@code red.async}: each lane stores to shared memory of its cluster, or reduces into it; an
 * mbarrier counts the bytes. Values are taken when the instruction is issued, and written when the mbarrier is asked.
 */
public final class AsyncStores {
  private static final PtxType[] TYPES = PtxType.values();

  private AsyncStores() {}

  /** Stores a list of registers of 32 bits. */
  public static void words(
      Warp w, int m, int to, int toOffset, int toSpace, int list, int bar, int barOffset, int barSpace, int site) {
    int[] sources = w.lists[list];
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int[] values = new int[sources.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = w.words[sources[i] + lane];
      }
      long target = place(w, lane, to, toOffset, toSpace, 4 * values.length, site);
      store(
          w, lane, bar, barOffset, barSpace, target, 4 * values.length, site,
          () -> {
            for (int i = 0; i < values.length; i++) {
              w.block.shared().set(Loads.INT, target + 4L * i, values[i]);
            }
          });
    }
  }

  /** Stores a list of registers of 64 bits. */
  public static void longs(
      Warp w, int m, int to, int toOffset, int toSpace, int list, int bar, int barOffset, int barSpace, int site) {
    int[] sources = w.lists[list];
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long[] values = new long[sources.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = w.longs[sources[i] + lane];
      }
      long target = place(w, lane, to, toOffset, toSpace, 8 * values.length, site);
      store(
          w, lane, bar, barOffset, barSpace, target, 8 * values.length, site,
          () -> {
            for (int i = 0; i < values.length; i++) {
              w.block.shared().set(Loads.LONG_LAYOUT, target + 8L * i, values[i]);
            }
          });
    }
  }

  /** Reduces a register of 32 bits; see {@link Reductions} for the operation. */
  public static void reduceWord(
      Warp w, int m, int to, int toOffset, int toSpace, int value, int bar, int barOffset, int barSpace,
      int operation, int type, int site) {
    AtomicFunction f = Reductions.function(operation, TYPES[type]);
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int b = w.words[value + lane];
      long target = place(w, lane, to, toOffset, toSpace, 4, site);
      Runnable done = Watch.end(w, lane, 4, CopyEnd.Role.REDUCED, site);
      reduce(
          w, lane, bar, barOffset, barSpace, 4, site, done,
          () -> Atomics.update(w.block.shared(), target, f, b, 0, false));
    }
  }

  /** Reduces a register of 64 bits. */
  public static void reduceLong(
      Warp w, int m, int to, int toOffset, int toSpace, int value, int bar, int barOffset, int barSpace,
      int operation, int type, int site) {
    AtomicFunction f = Reductions.function(operation, TYPES[type]);
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long b = w.longs[value + lane];
      long target = place(w, lane, to, toOffset, toSpace, 8, site);
      Runnable done = Watch.end(w, lane, 8, CopyEnd.Role.REDUCED, site);
      reduce(
          w, lane, bar, barOffset, barSpace, 8, site, done,
          () -> Atomics.update(w.block.shared(), target, f, b, 0L));
    }
  }

  private static long place(Warp w, int lane, int to, int offset, int space, int bytes, int site) {
    return Spans.shared(w, lane, Spans.address(w, lane, to, offset, space), space, bytes, bytes, site, true);
  }

  private static void store(
      Warp w, int lane, int bar, int barOffset, int barSpace, long target, int bytes, int site, Runnable write) {
    long barrier = Mbarriers.place(w, lane, bar, barOffset, barSpace, site);
    issue(w, lane, barrier, bytes, site, write, Watch.bulk(w, lane, new long[] {target}, bytes, barrier, site));
  }

  private static void reduce(
      Warp w, int lane, int bar, int barOffset, int barSpace, int bytes, int site, Runnable done,
      Runnable change) {
    long barrier = Mbarriers.place(w, lane, bar, barOffset, barSpace, site);
    Runnable counted = Watch.counted(w, lane, barrier);
    issue(
        w, lane, barrier, bytes, site, change,
        () -> {
          done.run();
          counted.run();
        });
  }

  private static void issue(Warp w, int lane, long barrier, int bytes, int site, Runnable change, Runnable told) {
    w.block.transactions().add(
        barrier,
        () -> {
          change.run();
          told.run();
          Mbarriers.completeTransaction(w, barrier, bytes, lane, site);
        });
  }
}
