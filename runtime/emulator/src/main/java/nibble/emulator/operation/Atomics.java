package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import nibble.emulator.execute.Warp;

/**
 * Atomic operations in global and shared memory, one lane after the other. They are atomic between blocks, too, which
 * run on several threads, and order all memory accesses around them, which is at least what any order and scope asks
 * for.
 */
public final class Atomics {
  private static final AtomicFunction[] FUNCTIONS = AtomicFunction.values();
  private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private Atomics() {}

  /** Changes 32 bits of memory; {@code d} is what was there. */
  public static void word(
      Warp w, int m, int d, int b, int c, int function, int a, int offset, int space, int site) {
    int[] r = w.words;
    AtomicFunction f = FUNCTIONS[function];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 4, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      boolean flushes = memory != w.block.shared();
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int l = Integer.numberOfTrailingZeros(lanes);
        r[d + l] = update(memory, at[l], f, r[b + l], r[c + l], flushes);
      }
      rest &= ~now;
    }
  }

  static int update(MemorySegment memory, long at, AtomicFunction f, int b, int c, boolean flushes) {
    while (true) {
      int old = (int) WORD.getVolatile(memory, at);
      if (WORD.compareAndSet(memory, at, old, f.apply(old, b, c, flushes))) {
        return old;
      }
    }
  }

  /** Changes 16 bits of memory; {@code d} is what was there. */
  public static void half(
      Warp w, int m, int d, int b, int c, int function, int a, int offset, int space, int site) {
    int[] r = w.words;
    AtomicFunction f = FUNCTIONS[function];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 2, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int l = Integer.numberOfTrailingZeros(lanes);
        r[d + l] = updateHalf(memory, at[l], f, r[b + l], r[c + l]);
      }
      rest &= ~now;
    }
  }

  /** The JVM swaps words only, so the other half of the word is written as it was read. */
  static int updateHalf(MemorySegment memory, long at, AtomicFunction f, int b, int c) {
    long word = at & ~3L;
    int shift = (int) (at & 2) * 8;
    while (true) {
      int whole = (int) WORD.getVolatile(memory, word);
      int old = whole >>> shift & 0xffff;
      int changed = f.apply(old, b, c, false) & 0xffff;
      if (WORD.compareAndSet(memory, word, whole, whole & ~(0xffff << shift) | changed << shift)) {
        return old;
      }
    }
  }

  /** Changes 64 bits of memory; {@code d} is what was there. */
  public static void wide(
      Warp w, int m, int d, int b, int c, int function, int a, int offset, int space, int site) {
    long[] q = w.longs;
    AtomicFunction f = FUNCTIONS[function];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 8, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int l = Integer.numberOfTrailingZeros(lanes);
        q[d + l] = update(memory, at[l], f, q[b + l], q[c + l]);
      }
      rest &= ~now;
    }
  }

  static long update(MemorySegment memory, long at, AtomicFunction f, long b, long c) {
    while (true) {
      long old = (long) LONG.getVolatile(memory, at);
      if (LONG.compareAndSet(memory, at, old, f.apply(old, b, c))) {
        return old;
      }
    }
  }

  /**
   * Compares and swaps, or swaps, 128 bits. The JVM has no such operation, so this is atomic among others of its kind,
   * and not among those that change half of it.
   *
   * @param list the registers of what was there, of the operand, and of what replaces what equals it
   */
  public static void pair(Warp w, int m, int list, int compares, int a, int offset, int space, int site) {
    int[] r = w.lists[list];
    long[] q = w.longs;
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 16, site);
      MemorySegment memory = w.resolver.segment();
      synchronized (w.block.launch().memory()) {
        for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
          int l = Integer.numberOfTrailingZeros(lanes);
          long at = w.resolver.offsets()[l];
          long low = memory.get(Loads.LONG_LAYOUT, at);
          long high = memory.get(Loads.LONG_LAYOUT, at + 8);
          if (compares == 0 || low == q[r[2] + l] && high == q[r[3] + l]) {
            memory.set(Loads.LONG_LAYOUT, at, q[r[4] + l]);
            memory.set(Loads.LONG_LAYOUT, at + 8, q[r[5] + l]);
          }
          q[r[0] + l] = low;
          q[r[1] + l] = high;
        }
      }
      rest &= ~now;
    }
  }

  /** Requires that vectors of so many bytes are aligned, before their elements are changed one by one. */
  public static void align(Warp w, int m, int bytes, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      rest &= ~w.resolver.store(rest, space, a, offset, bytes, site);
    }
  }

  private static int resolve(Warp w, int rest, int a, int offset, int space, int bytes, int site) {
    w.talks = true;
    int now = w.resolver.store(rest, space, a, offset, bytes, site);
    if (w.resolver.isGlobal()) {
      long moved = (long) Integer.bitCount(now) * bytes;
      w.profile.globalBytesRead += moved;
      w.profile.globalBytesWritten += moved;
    }
    return now;
  }
}
