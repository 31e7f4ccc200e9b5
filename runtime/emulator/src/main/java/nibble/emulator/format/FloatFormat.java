package nibble.emulator.format;

/**
 * A binary floating-point format of at most 32 bits: how its codes are decoded, and how real numbers are rounded to it.
 *
 * <p>Every finite value of every format here is a {@code double}, so decoding is exact; encoding rounds once, from the
 * exact value of the double that it is given.
 */
public enum FloatFormat {
  F32(8, 23, Specials.IEEE, 0x7fffffff),
  TF32(8, 10, Specials.IEEE, 0x3ffff),
  BF16(8, 7, Specials.IEEE, 0x7fff),
  F16(5, 10, Specials.IEEE, 0x7fff),
  E5M2(5, 2, Specials.IEEE, 0x7f),
  E4M3(4, 3, Specials.NAN_ONLY, 0x7f),
  E3M2(3, 2, Specials.NONE, 0x1f),
  E2M3(2, 3, Specials.NONE, 0x1f),
  E2M1(2, 1, Specials.NONE, 0x7);

  /** Which codes are not numbers. */
  private enum Specials {
    /** The highest exponent is for infinities and NaN. */
    IEEE,
    /** The code of all ones is NaN; there are no infinities. */
    NAN_ONLY,
    /** All codes are numbers. */
    NONE
  }

  private final int exponentBits;
  private final int fractionBits;
  private final int bias;
  private final Specials specials;
  private final int nan;
  private final int largest;

  FloatFormat(int exponentBits, int fractionBits, Specials specials, int nan) {
    this.exponentBits = exponentBits;
    this.fractionBits = fractionBits;
    this.bias = (1 << exponentBits - 1) - 1;
    this.specials = specials;
    this.nan = nan;
    int allOnes = (1 << exponentBits + fractionBits) - 1;
    this.largest =
        switch (specials) {
          case IEEE -> allOnes - (1 << fractionBits);
          case NAN_ONLY -> allOnes - 1;
          case NONE -> allOnes;
        };
  }

  /** Bits of a code. */
  public int bits() {
    return 1 + exponentBits + fractionBits;
  }

  public int fractionBits() {
    return fractionBits;
  }

  /** Exponent of the smallest normal number. */
  public int minExponent() {
    return 1 - bias;
  }

  /** The code that arithmetic gives for NaN; where there is none, the largest number, as conversions have it. */
  public int nan() {
    return nan;
  }

  /** The code of the largest finite number. */
  public int largest() {
    return largest;
  }

  /** Whether there are infinities. */
  public boolean hasInfinity() {
    return specials == Specials.IEEE;
  }

  /** Whether a code is NaN. */
  public boolean isNan(int code) {
    int magnitude = code & signBit() - 1;
    return switch (specials) {
      case IEEE -> magnitude > largest + 1;
      case NAN_ONLY -> magnitude > largest;
      case NONE -> false;
    };
  }

  /** Whether a code is an infinity. */
  public boolean isInfinite(int code) {
    return hasInfinity() && (code & signBit() - 1) == largest + 1;
  }

  private int signBit() {
    return 1 << exponentBits + fractionBits;
  }

  /** The value of a code; bits above the format's are ignored. */
  public double decode(int code) {
    if (isNan(code)) {
      return Double.NaN;
    }
    boolean isNegative = (code & signBit()) != 0;
    int magnitude = code & signBit() - 1;
    double value;
    if (isInfinite(code)) {
      value = Double.POSITIVE_INFINITY;
    } else {
      int exponent = magnitude >>> fractionBits;
      int fraction = magnitude & (1 << fractionBits) - 1;
      int significand = exponent == 0 ? fraction : fraction | 1 << fractionBits;
      value = Math.scalb((double) significand, Math.max(exponent, 1) - bias - fractionBits);
    }
    return isNegative ? -value : value;
  }

  /**
   * Rounds a number to the format.
   *
   * @param saturates whether what is too large becomes the largest finite number of its sign rather than an infinity
   */
  public int encode(double value, Rounding rounding, boolean saturates) {
    if (Double.isNaN(value)) {
      return nan;
    }
    long bits = Double.doubleToRawLongBits(value);
    boolean isNegative = bits < 0;
    int sign = isNegative ? signBit() : 0;
    if (Double.isInfinite(value)) {
      return sign | (saturates ? largest : overflow(Rounding.NEAREST_EVEN, isNegative));
    }
    int exponent = (int) (bits >>> 52) & 0x7ff;
    long fraction = bits & (1L << 52) - 1;
    long significand = exponent == 0 ? fraction : fraction | 1L << 52;
    return sign | magnitude(isNegative, significand, Math.max(exponent, 1) - 1075, rounding, saturates);
  }

  /**
   * Rounds stochastically ({@code cvt.rs}): random bits are added to those that the format has no place for, and a
   * carry rounds away from zero. PTX ISA shows in a figure only how the two are aligned; here their highest bits are.
   *
   * @param random bits from the lowest up, {@code count} of them
   * @param saturates see {@link #encode}
   */
  public int encodeStochastic(float value, int random, int count, boolean saturates) {
    if (!Float.isFinite(value)) {
      return encode(value, Rounding.ZERO, saturates);
    }
    int bits = Float.floatToRawIntBits(value);
    int exponent = bits >>> 23 & 255;
    long significand = bits & 0x7fffff | (exponent == 0 ? 0 : 1 << 23);
    int lowest = Math.max(exponent, 1) - 150;
    int sign = bits < 0 ? signBit() : 0;
    if (significand == 0) {
      return sign;
    }
    int scale = Math.max(lowest + 63 - Long.numberOfLeadingZeros(significand), minExponent());
    int drop = scale - fractionBits - lowest;
    // Below this a significand of 24 bits and the random ones cannot carry.
    if (drop > 24 + count) {
      return sign;
    }
    long added = drop <= 0 ? 0 : drop >= count ? (long) random << drop - count : random >>> count - drop;
    long kept = drop <= 0 ? significand << -drop : significand + added >>> drop;
    long code = ((long) (scale - minExponent()) << fractionBits) + kept;
    return sign | (code <= largest ? (int) code : saturates ? largest : overflow(Rounding.NEAREST_EVEN, bits < 0));
  }

  /** Rounds a 64-bit integer to the format. */
  public int encodeInteger(long value, boolean isUnsigned, Rounding rounding) {
    boolean isNegative = !isUnsigned && value < 0;
    int sign = isNegative ? signBit() : 0;
    return sign | magnitude(isNegative, isNegative ? -value : value, 0, rounding, false);
  }

  /**
   * Rounds {@code significand * 2^exponent}, with the significand unsigned.
   *
   * @return the code without its sign
   */
  private int magnitude(boolean isNegative, long significand, int exponent, Rounding rounding, boolean saturates) {
    if (significand == 0) {
      return 0;
    }
    int top = 63 - Long.numberOfLeadingZeros(significand);
    int scale = Math.max(exponent + top, minExponent());
    // How many low bits of the significand the format has no place for.
    int drop = scale - fractionBits - exponent;
    long kept;
    if (drop <= 0) {
      kept = significand << -drop;
    } else {
      kept = drop > 63 ? 0 : significand >>> drop;
      boolean isInexact = drop > 63 || kept << drop != significand;
      if (isInexact && rounding.increments(isNegative, (kept & 1) != 0, compareHalf(significand, drop))) {
        kept++;
      }
    }
    // The hidden bit, if there is one, adds one to the exponent's field.
    long code = ((long) (scale - minExponent()) << fractionBits) + kept;
    return code <= largest ? (int) code : saturates ? largest : overflow(rounding, isNegative);
  }

  /** Compares the low bits with half of what the lowest kept bit is worth. */
  private static int compareHalf(long significand, int drop) {
    if (drop > 64) {
      return -1;
    }
    long half = 1L << drop - 1;
    long rest = drop == 64 ? significand : significand & (half << 1) - 1;
    return Long.compareUnsigned(rest, half);
  }

  private int overflow(Rounding rounding, boolean isNegative) {
    boolean isCut =
        rounding == Rounding.ZERO
            || rounding == Rounding.DOWN && !isNegative
            || rounding == Rounding.UP && isNegative;
    return switch (specials) {
      case IEEE -> isCut ? largest : largest + 1;
      case NAN_ONLY -> isCut ? largest : nan;
      case NONE -> largest;
    };
  }
}
