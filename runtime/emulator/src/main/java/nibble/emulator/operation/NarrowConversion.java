package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.ScaleFormat;

/** {@code cvt} with random bits, and {@code cvt} to and from scales. */
public final class NarrowConversion {
  private static final FloatFormat[] FORMATS = FloatFormat.values();
  private static final int RELU = 4;
  private static final int FINITE = 8;

  private NarrowConversion() {}

  private static int narrow(FloatFormat format, int single, int random, int count, int control) {
    float value = Float.intBitsToFloat(single);
    boolean isCut = (control & RELU) != 0 && value <= 0;
    return format.encodeStochastic(isCut ? 0 : value, random, count, (control & FINITE) != 0);
  }

  /**
   * Two singles to a pair, {@code a} in the upper half; so are its random bits.
   *
   * @param count how many of the 16 bits each of them has are random
   * @param control see {@link FloatConversion#wordToWord}
   */
  public static void stochasticPair(
      Warp w, int m, int d, int a, int b, int random, int to, int count, int control) {
    FloatFormat format = FORMATS[to];
    int keep = (1 << count) - 1;
    Each.word(
        w, m, d, a, b, random,
        (x, y, r) ->
            narrow(format, x, r >>> 16 & keep, count, control) << 16
                | narrow(format, y, r & keep, count, control));
  }

  /**
   * Four singles to four elements, the first in the highest field. PTX ISA says which bits are for the first two and
   * which for the others; here both elements of two take the same.
   *
   * @param list the singles' registers
   */
  public static void stochasticFour(Warp w, int m, int d, int list, int random, int to, int control) {
    FloatFormat format = FORMATS[to];
    int[] from = w.lists[list];
    int field = format.bits() == 4 ? 4 : 8;
    int count = format.bits() == 4 ? 8 : 16;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int bits = w.words[random + l];
        int packed = 0;
        for (int i = 0; i < 4; i++) {
          int element = narrow(format, w.words[from[i] + l], share(bits, i / 2, count), count, control);
          packed = packed << field | element & (1 << field) - 1;
        }
        w.words[d + l] = packed;
      }
    }
  }

  /** The random bits of the first two elements or of the last two: a half word, or a byte of each half word. */
  private static int share(int bits, int which, int count) {
    if (count == 16) {
      return which == 0 ? bits >>> 16 : bits & 0xffff;
    }
    return which == 0 ? bits >>> 8 & 0xff : bits & 0xff;
  }

  /** Two singles to a pair of {@code ue8m0}; {@code rounding} is the choice of {@code rz rp}. */
  public static void packScales(Warp w, int m, int d, int a, int b, int rounding, int satfinite) {
    Each.word(
        w, m, d, a, b,
        (x, y) -> scale(x, rounding, satfinite) << 8 | scale(y, rounding, satfinite));
  }

  /** A pair of bf16 to a pair of {@code ue8m0}. */
  public static void repackScales(Warp w, int m, int d, int a, int rounding, int satfinite) {
    Each.word(
        w, m, d, a,
        x -> scale(x & 0xffff0000, rounding, satfinite) << 8 | scale(x << 16, rounding, satfinite));
  }

  private static int scale(int single, int rounding, int satfinite) {
    return ScaleFormat.encodeExponent(Float.intBitsToFloat(single), rounding == 2, satfinite != 0);
  }

  /** A pair of {@code ue8m0} to a pair of bf16. */
  public static void unpackScales(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> half(x >>> 8 & 255) << 16 | half(x & 255));
  }

  /** All scales but the smallest, which is subnormal there, and NaN have no fraction as bf16. */
  private static int half(int code) {
    return code == 0 ? 0x40 : code == 255 ? Halves.NAN : code << 7;
  }
}
