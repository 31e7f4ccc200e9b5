package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;
import nibble.emulator.format.DirectedDoubles;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/**
 * {@code cvt} between integers and floating-point numbers. Integer types are given as in {@link IntegerConversion},
 * formats and roundings as in {@link FloatConversion}.
 */
public final class NumberConversion {
  private static final FloatFormat[] FORMATS = FloatFormat.values();
  private static final int SIGNED = 256;

  private NumberConversion() {}

  /** A floating-point number of up to 32 bits to an integer of up to 32. */
  public static void wordToWord(
      Warp w, int m, int d, int a, int from, int whole, int ftz, int to) {
    FloatFormat source = FORMATS[from];
    boolean flushes = ftz != 0 && source == FloatFormat.F32;
    int keep = (to & 255) == 32 ? -1 : (1 << Math.max(to & 255, 16)) - 1;
    Each.word(
        w, m, d, a,
        x -> (int) toInteger(FloatConversion.decode(source, Floats.flush(x, flushes)), whole, to, false) & keep);
  }

  /** A floating-point number of up to 32 bits to an integer of 64. */
  public static void wordToWide(Warp w, int m, int d, int a, int from, int whole, int ftz, int to) {
    FloatFormat source = FORMATS[from];
    boolean flushes = ftz != 0 && source == FloatFormat.F32;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        double value = FloatConversion.decode(source, Floats.flush(w.words[a + l], flushes));
        w.longs[d + l] = toInteger(value, whole, to, true);
      }
    }
  }

  /** Double precision to an integer of up to 32 bits. */
  public static void wideToWord(Warp w, int m, int d, int a, int whole, int to) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = (int) toInteger(Double.longBitsToDouble(w.longs[a + l]), whole, to, true);
      }
    }
  }

  /** Double precision to an integer of 64 bits. */
  public static void wideToWide(Warp w, int m, int d, int a, int whole, int to) {
    Each.wide(w, m, d, a, x -> toInteger(Double.longBitsToDouble(x), whole, to, true));
  }

  /**
   * Rounds, and saturates what the integer cannot hold.
   *
   * @param nanIsLowest whether NaN becomes the integer's highest bit alone, as it does where 64 bits are involved,
   *     rather than zero
   */
  private static long toInteger(double value, int whole, int to, boolean nanIsLowest) {
    int bits = to & 255;
    if (Double.isNaN(value)) {
      return nanIsLowest ? 1L << bits - 1 : 0;
    }
    double rounded = FloatConversion.round(value, whole);
    if ((to & SIGNED) != 0) {
      long least = -1L << bits - 1;
      return Math.clamp((long) rounded, least, ~least);
    }
    if (bits == 64) {
      return unsigned(rounded);
    }
    return Math.clamp((long) rounded, 0, (1L << bits) - 1);
  }

  private static long unsigned(double value) {
    if (value < 0x1p63) {
      return Math.max((long) value, 0);
    }
    return value >= 0x1p64 ? -1 : (long) (value - 0x1p63) + Long.MIN_VALUE;
  }

  /** An integer of up to 32 bits to a floating-point number of up to 32. */
  public static void integerToWord(
      Warp w, int m, int d, int a, int from, int to, int rounding, int sat) {
    FloatFormat target = FORMATS[to];
    Rounding mode = Rounding.numbered(rounding);
    Each.word(
        w, m, d, a, x -> fromLong(target, IntegerConversion.extend(x, from), false, mode, sat != 0));
  }

  /** An integer of 64 bits to a floating-point number of up to 32. */
  public static void wideIntegerToWord(
      Warp w, int m, int d, int a, int from, int to, int rounding, int sat) {
    FloatFormat target = FORMATS[to];
    Rounding mode = Rounding.numbered(rounding);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = fromLong(target, w.longs[a + l], from == 64, mode, sat != 0);
      }
    }
  }

  private static int fromLong(
      FloatFormat target, long value, boolean isUnsigned, Rounding mode, boolean saturates) {
    if (saturates) {
      boolean isPositive = isUnsigned ? value != 0 : value > 0;
      return FloatConversion.encode(target, isPositive ? 1 : 0, mode, false);
    }
    return target.encodeInteger(value, isUnsigned, mode);
  }

  /** An integer of up to 32 bits to double precision, which holds it exactly. */
  public static void integerToWide(Warp w, int m, int d, int a, int from) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        double value = IntegerConversion.extend(w.words[a + l], from);
        w.longs[d + l] = Double.doubleToRawLongBits(value);
      }
    }
  }

  /** An integer of 64 bits to double precision. */
  public static void wideIntegerToWide(Warp w, int m, int d, int a, int from, int rounding) {
    Rounding mode = Rounding.numbered(rounding);
    Each.wide(w, m, d, a, x -> Double.doubleToRawLongBits(DirectedDoubles.fromLong(x, from == 64, mode)));
  }
}
