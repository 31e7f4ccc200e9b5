package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * Stores in all spaces; operands are as those of {@link Loads}. Where lanes of a warp write to one address, the highest
 * lane wins; PTX leaves open which does.
 */
public final class Stores {
  private Stores() {}

  private static int resolve(Warp w, int rest, int a, int offset, int space, int bytes, int site) {
    int now = w.resolver.store(rest, space, a, offset, bytes, site);
    if (w.resolver.isGlobal()) {
      w.profile.globalBytesWritten += (long) Integer.bitCount(now) * bytes;
    }
    return now;
  }

  /** The low one or two bytes of a register of up to 32 bits. */
  public static void narrow(Warp w, int m, int s, int bytes, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, bytes, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int l = 0; l < WARP; l++) {
        if (has(now, l)) {
          part(memory, at[l], bytes, w.words[s + l]);
        }
      }
      rest &= ~now;
    }
  }

  /** 32 bits. */
  public static void word(Warp w, int m, int s, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 4, site);
      AddressResolver x = w.resolver;
      if (now == -1 && x.isContiguous()) {
        long to = x.offsets()[0];
        for (int l = 0; l < WARP; l += WORDS) {
          IntVector value = IntVector.fromArray(WORD, w.words, s + l);
          value.intoMemorySegment(x.segment(), to + 4L * l, ByteOrder.LITTLE_ENDIAN);
        }
      } else {
        scatter(x.segment(), x.offsets(), 0, w.words, s, now);
      }
      rest &= ~now;
    }
  }

  private static void scatter(MemorySegment memory, long[] at, int displacement, int[] r, int s, int lanes) {
    for (int l = 0; l < WARP; l++) {
      if (has(lanes, l)) {
        memory.set(Loads.INT, at[l] + displacement, r[s + l]);
      }
    }
  }

  /** The low bytes of a register of 64 bits. */
  public static void narrowWide(Warp w, int m, int s, int bytes, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, bytes, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int l = 0; l < WARP; l++) {
        if (has(now, l)) {
          part(memory, at[l], bytes, (int) w.longs[s + l]);
        }
      }
      rest &= ~now;
    }
  }

  static void part(MemorySegment memory, long at, int bytes, int value) {
    switch (bytes) {
      case 1 -> memory.set(Loads.BYTE, at, (byte) value);
      case 2 -> memory.set(Loads.SHORT, at, (short) value);
      default -> memory.set(Loads.INT, at, value);
    }
  }

  /** 64 bits. */
  public static void wide(Warp w, int m, int s, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 8, site);
      AddressResolver x = w.resolver;
      if (now == -1 && x.isContiguous()) {
        long to = x.offsets()[0];
        for (int l = 0; l < WARP; l += LONGS) {
          LongVector value = LongVector.fromArray(LONG, w.longs, s + l);
          value.intoMemorySegment(x.segment(), to + 8L * l, ByteOrder.LITTLE_ENDIAN);
        }
      } else {
        scatter(x.segment(), x.offsets(), 0, w.longs, s, now);
      }
      rest &= ~now;
    }
  }

  private static void scatter(MemorySegment memory, long[] at, int displacement, long[] q, int s, int lanes) {
    for (int l = 0; l < WARP; l++) {
      if (has(lanes, l)) {
        memory.set(Loads.LONG_LAYOUT, at[l] + displacement, q[s + l]);
      }
    }
  }

  /** A vector of 32-bit elements from a list of registers. */
  public static void words(Warp w, int m, int list, int a, int offset, int space, int site) {
    int[] sources = w.lists[list];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 4 * sources.length, site);
      AddressResolver x = w.resolver;
      for (int i = 0; i < sources.length; i++) {
        scatter(x.segment(), x.offsets(), 4 * i, w.words, sources[i], now);
      }
      rest &= ~now;
    }
  }

  /** A vector of 64-bit elements from a list of registers. */
  public static void longs(Warp w, int m, int list, int a, int offset, int space, int site) {
    int[] sources = w.lists[list];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 8 * sources.length, site);
      AddressResolver x = w.resolver;
      for (int i = 0; i < sources.length; i++) {
        scatter(x.segment(), x.offsets(), 8 * i, w.longs, sources[i], now);
      }
      rest &= ~now;
    }
  }

  /** A vector of elements of one or two bytes from a list of registers of up to 32 bits. */
  public static void parts(Warp w, int m, int list, int bytes, int a, int offset, int space, int site) {
    int[] sources = w.lists[list];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, bytes * sources.length, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int l = 0; l < WARP; l++) {
        if (has(now, l)) {
          for (int i = 0; i < sources.length; i++) {
            part(memory, at[l] + (long) i * bytes, bytes, w.words[sources[i] + l]);
          }
        }
      }
      rest &= ~now;
    }
  }
}
