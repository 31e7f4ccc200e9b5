package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.HALF;
import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/**
 * {@code cvt} between integers. A type is given as its bits, plus 256 where it is signed; {@code keep} are the bits of
 * the destination register, which may be wider than the type and is extended to.
 */
public final class IntegerConversion {
  private static final int SIGNED = 256;

  private IntegerConversion() {}

  /** A value of up to 32 bits to one of up to 32. */
  public static void wordToWord(Warp w, int m, int d, int a, int from, int to, int sat, int keep) {
    Each.word(w, m, d, a, x -> (int) convert(x, from, to, sat != 0) & keep);
  }

  /** A value of up to 32 bits into a register of 64. */
  public static void wordToWide(Warp w, int m, int d, int a, int from, int to, int sat) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = convert(w.words[a + l], from, to, sat != 0);
      }
    }
  }

  /** The low bits of a 64-bit register to a value of up to 32. */
  public static void wideToWord(Warp w, int m, int d, int a, int from, int to, int sat, int keep) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = (int) convert(w.longs[a + l], from, to, sat != 0) & keep;
      }
    }
  }

  /** The low bits of a 64-bit register into one. */
  public static void wideToWide(Warp w, int m, int d, int a, int from, int to, int sat) {
    Each.wide(w, m, d, a, x -> convert(x, from, to, sat != 0));
  }

  /** 32 bits, sign-extended to 64. */
  public static void signExtend(Warp w, int m, int d, int a) {
    for (int l = 0; l < WARP; l += LONGS) {
      IntVector x = IntVector.fromArray(HALF, w.words, a + l);
      LongVector wide = (LongVector) x.convertShape(VectorOperators.I2L, LONG, 0);
      wide.intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The low 32 bits of 64. */
  public static void truncate(Warp w, int m, int d, int a) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = (int) w.longs[a + l];
      }
    }
  }

  private static long convert(long raw, int from, int to, boolean saturates) {
    long value = extend(raw, from);
    return extend(saturates ? saturate(value, from, to) : value, to);
  }

  static long extend(long raw, int type) {
    int unused = 64 - (type & 255);
    return (type & SIGNED) != 0 ? raw << unused >> unused : raw << unused >>> unused;
  }

  private static long saturate(long value, int from, int to) {
    if (from == 64 && value < 0) {
      return to == 64 ? value : largest(to);
    }
    long least = (to & SIGNED) != 0 ? -1L << (to & 255) - 1 : 0;
    if (value < least) {
      return least;
    }
    return to == 64 || value <= largest(to) ? value : largest(to);
  }

  private static long largest(int type) {
    int bits = type & 255;
    return (type & SIGNED) != 0 ? -1L >>> 65 - bits : -1L >>> 64 - bits;
  }

  /**
   * {@code cvt.pack.sat}: {@code b} saturated into the lowest bits, {@code a} behind it, and above them as much of
   * {@code c} as there is room for. Two of 16 bits fill the register.
   */
  public static void pack(Warp w, int m, int d, int a, int b, int c, int type) {
    int bits = type & 255;
    int field = (int) largest(bits);
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) -> {
          int low = (int) saturate(y, 32 + SIGNED, type) & field;
          int high = (int) saturate(x, 32 + SIGNED, type) & field;
          int pair = high << bits | low;
          return bits == 16 ? pair : z << 2 * bits | pair;
        });
  }
}
