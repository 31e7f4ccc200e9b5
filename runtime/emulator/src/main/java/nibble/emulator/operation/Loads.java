package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * Loads in all spaces. The last operands of each helper are address register, displacement, space and site; see
 * {@link AddressResolver}, which checks the addresses, and gives the lanes of a round.
 */
public final class Loads {
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG_LAYOUT = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Loads() {}

  private static int resolve(Warp w, int rest, int a, int offset, int space, int bytes, int site) {
    int now = w.resolver.load(rest, space, a, offset, bytes, site);
    if (w.resolver.isGlobal()) {
      w.profile.globalBytesRead += (long) Integer.bitCount(now) * bytes;
    }
    return now;
  }

  /** One or two bytes into a register of up to 32 bits, of which {@code keep} are what sign extension may set. */
  public static void narrow(
      Warp w, int m, int d, int bytes, int keep, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, bytes, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int l = 0; l < WARP; l++) {
        if (has(now, l)) {
          w.words[d + l] = part(memory, at[l], bytes) & keep;
        }
      }
      rest &= ~now;
    }
  }

  /** 32 bits. */
  public static void word(Warp w, int m, int d, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 4, site);
      AddressResolver x = w.resolver;
      if (now == -1 && x.isContiguous()) {
        copy(x.segment(), x.offsets()[0], w.words, d);
      } else {
        gather(x.segment(), x.offsets(), 0, w.words, d, now);
      }
      rest &= ~now;
    }
  }

  private static void copy(MemorySegment memory, long from, int[] r, int d) {
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector.fromMemorySegment(WORD, memory, from + 4L * l, ByteOrder.LITTLE_ENDIAN).intoArray(r, d + l);
    }
  }

  private static void gather(MemorySegment memory, long[] at, int displacement, int[] r, int d, int lanes) {
    for (int l = 0; l < WARP; l++) {
      if (has(lanes, l)) {
        r[d + l] = memory.get(INT, at[l] + displacement);
      }
    }
  }

  /** One, two or four bytes into a register of 64 bits. */
  public static void narrowWide(
      Warp w, int m, int d, int bytes, int signed, int a, int offset, int space, int site) {
    long keep = signed != 0 ? -1 : (1L << 8 * bytes) - 1;
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, bytes, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int l = 0; l < WARP; l++) {
        if (has(now, l)) {
          w.longs[d + l] = part(memory, at[l], bytes) & keep;
        }
      }
      rest &= ~now;
    }
  }

  /** One, two or four bytes, sign-extended. */
  static int part(MemorySegment memory, long at, int bytes) {
    return switch (bytes) {
      case 1 -> memory.get(BYTE, at);
      case 2 -> memory.get(SHORT, at);
      default -> memory.get(INT, at);
    };
  }

  /** 64 bits. */
  public static void wide(Warp w, int m, int d, int a, int offset, int space, int site) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 8, site);
      AddressResolver x = w.resolver;
      if (now == -1 && x.isContiguous()) {
        long from = x.offsets()[0];
        for (int l = 0; l < WARP; l += LONGS) {
          LongVector.fromMemorySegment(LONG, x.segment(), from + 8L * l, ByteOrder.LITTLE_ENDIAN)
              .intoArray(w.longs, d + l);
        }
      } else {
        gather(x.segment(), x.offsets(), 0, w.longs, d, now);
      }
      rest &= ~now;
    }
  }

  private static void gather(MemorySegment memory, long[] at, int displacement, long[] q, int d, int lanes) {
    for (int l = 0; l < WARP; l++) {
      if (has(lanes, l)) {
        q[d + l] = memory.get(LONG_LAYOUT, at[l] + displacement);
      }
    }
  }

  /** A vector of 32-bit elements into a list of registers. */
  public static void words(Warp w, int m, int list, int a, int offset, int space, int site) {
    int[] targets = w.lists[list];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 4 * targets.length, site);
      AddressResolver x = w.resolver;
      for (int i = 0; i < targets.length; i++) {
        gather(x.segment(), x.offsets(), 4 * i, w.words, targets[i], now);
      }
      rest &= ~now;
    }
  }

  /** A vector of 64-bit elements into a list of registers. */
  public static void longs(Warp w, int m, int list, int a, int offset, int space, int site) {
    int[] targets = w.lists[list];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, 8 * targets.length, site);
      AddressResolver x = w.resolver;
      for (int i = 0; i < targets.length; i++) {
        gather(x.segment(), x.offsets(), 8 * i, w.longs, targets[i], now);
      }
      rest &= ~now;
    }
  }

  /** A vector of elements of one or two bytes into a list of registers; see {@link #narrow}. */
  public static void parts(
      Warp w, int m, int list, int bytes, int keep, int a, int offset, int space, int site) {
    int[] targets = w.lists[list];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, bytes * targets.length, site);
      MemorySegment memory = w.resolver.segment();
      long[] at = w.resolver.offsets();
      for (int i = 0; i < targets.length; i++) {
        for (int l = 0; l < WARP; l++) {
          if (has(now, l)) {
            w.words[targets[i] + l] = part(memory, at[l] + (long) i * bytes, bytes) & keep;
          }
        }
      }
      rest &= ~now;
    }
  }
}
