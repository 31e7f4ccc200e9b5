package nibble.ir.format;

/**
 * A binary floating-point format with subnormals, described by its fields. Codes are ordered by magnitude, so a carry
 * out of the mantissa runs into the exponent and saturation is a minimum.
 *
 * <p>A format without a sign bit is for scales alone; what is negative becomes 0.
 *
 * @param name as written in types
 * @param signed whether there is a sign bit
 * @param exponentBits width of the exponent field
 * @param mantissaBits width of the stored mantissa
 * @param bias exponent bias
 * @param special what the top codes mean
 * @param summary one sentence
 */
public record FloatFormat(
    String name, boolean signed, int exponentBits, int mantissaBits, int bias, Special special, String summary)
    implements NumberFormat {
  /** Bits of an f32 behind the leading one, which kernels add random bits to. */
  private static final int F32_MANTISSA_BITS = 23;

  public FloatFormat {
    boolean fields = exponentBits >= 1 && mantissaBits >= 0 && exponentBits + mantissaBits < Long.SIZE;
    boolean doubles = fields
        && mantissaBits <= 52
        && 1 - bias - mantissaBits >= -1074
        && (1L << exponentBits) - (special == Special.INFINITY_AND_NAN ? 2 : 1) - bias <= Double.MAX_EXPONENT;
    if (!doubles) {
      throw new IllegalArgumentException("not every value of the format " + name + " is a double");
    }
    if (mantissaBits == 0 && special != Special.FINITE_ONLY && special != Special.NAN_ONLY) {
      throw new IllegalArgumentException("the format " + name + " has no code for NaN besides that of infinity");
    }
  }

  /** A format with a sign bit. */
  public FloatFormat(String name, int exponentBits, int mantissaBits, int bias, Special special, String summary) {
    this(name, true, exponentBits, mantissaBits, bias, special, summary);
  }

  /** What the codes above the largest finite value mean. */
  public enum Special {
    /** IEEE 754: the top exponent holds infinities and NaN; overflow goes to infinity. */
    INFINITY_AND_NAN,
    /** Infinities and NaN exist, but encoding saturates to the largest finite value, as PTX {@code satfinite} does. */
    SATURATING_WITH_NAN_EXPONENT,
    /** The all-ones code is NaN, there is no infinity (OCP E4M3 "FN"); overflow saturates. */
    NAN_ONLY,
    /** Every code is finite; overflow saturates and NaN becomes the positive maximum. */
    FINITE_ONLY
  }

  @Override
  public int bits() {
    return (signed ? 1 : 0) + exponentBits + mantissaBits;
  }

  /** A format of more than 16 bits with the exponents of f32 lies in memory as one. */
  @Override
  public int zeroBits() {
    boolean isUpperPart = exponentBits == 8 && bias == 127 && bits() > Short.SIZE && bits() < Float.SIZE;
    return isUpperPart ? Float.SIZE - bits() : 0;
  }

  @Override
  public boolean isForScales() {
    return !signed;
  }

  @Override
  public double scaleOfZeros() {
    return signed ? 1 : decode(1);
  }

  /**
   * As many as PTX {@code cvt.rs} takes: 16, of four bits 8, and no more than an f32 has behind those that are kept.
   */
  @Override
  public int stochasticBits() {
    return Math.clamp(F32_MANTISSA_BITS - mantissaBits, 0, bits() <= 4 ? 8 : 16);
  }

  private long maxCode() {
    long all = (1L << (exponentBits + mantissaBits)) - 1;
    return switch (special) {
      case INFINITY_AND_NAN, SATURATING_WITH_NAN_EXPONENT -> all - (1L << mantissaBits);
      case NAN_ONLY -> all - 1;
      case FINITE_ONLY -> all;
    };
  }

  private long nanCode() {
    // All ones: the canonical NaN of PTX.
    return special == Special.FINITE_ONLY ? maxCode() : (1L << (exponentBits + mantissaBits)) - 1;
  }

  private int minExponent() {
    return 1 - bias;
  }

  @Override
  public double max() {
    return decode(maxCode());
  }

  @Override
  public double min() {
    return signed ? -max() : 0;
  }

  @Override
  public double above(double value) {
    return value >= max() ? Double.POSITIVE_INFINITY : decode(encode(value, Rounding.TOWARD_ZERO) + 1);
  }

  @Override
  public double leastNormal() {
    return Math.scalb(1.0, minExponent());
  }

  @Override
  public double decode(long code) {
    long magnitude = code & ((1L << (exponentBits + mantissaBits)) - 1);
    double sign = signed && (code >>> (exponentBits + mantissaBits) & 1) == 1 ? -1.0 : 1.0;
    if (magnitude > maxCode()) {
      boolean infinity = special != Special.NAN_ONLY && magnitude == maxCode() + 1;
      return infinity ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    long exponent = magnitude >>> mantissaBits;
    long mantissa = magnitude & ((1L << mantissaBits) - 1);
    double significand = exponent == 0 ? mantissa : mantissa + (double) (1L << mantissaBits);
    return sign * Math.scalb(significand, (int) Math.max(exponent, 1) - bias - mantissaBits);
  }

  @Override
  public long encode(double value, Rounding rounding) {
    if (Double.isNaN(value)) {
      return nanCode();
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    if (negative && !signed) {
      return 0;
    }
    long sign = negative ? 1L << (exponentBits + mantissaBits) : 0;
    if (Double.isInfinite(value)) {
      return sign | (special == Special.INFINITY_AND_NAN ? maxCode() + 1 : maxCode());
    }
    return sign | Math.min(roundedMagnitude(Math.abs(value), rounding), overflowCode(rounding));
  }

  /** Twice the power of two of the largest value; infinite for f64. What is not below is far out of range. */
  private double beyond() {
    int exponent = (int) (maxCode() >>> mantissaBits) - bias;
    return Math.scalb(1.0, exponent + 1);
  }

  private long roundedMagnitude(double magnitude, Rounding rounding) {
    if (magnitude >= beyond()) {
      return Long.MAX_VALUE;
    }
    int exponent = Math.max(Math.getExponent(magnitude), minExponent());
    // In units of the gap at this binade; exact, since only the exponent of the double changes.
    long steps = (long) rounding.toInteger(Math.scalb(magnitude, mantissaBits - exponent));
    return steps + ((long) (exponent - minExponent()) << mantissaBits);
  }

  private long overflowCode(Rounding rounding) {
    boolean toInfinity = special == Special.INFINITY_AND_NAN && rounding != Rounding.TOWARD_ZERO;
    return toInfinity ? maxCode() + 1 : maxCode();
  }

  @Override
  public double round(double value) {
    // The hot path of faithful interpretation.
    if (mantissaBits == 23 && exponentBits == 8) {
      return (float) value;
    }
    return mantissaBits == 52 ? value : NumberFormat.super.round(value);
  }

  @Override
  public double roundingError(double magnitude) {
    if (!signed) {
      // What is negative becomes 0.
      return Double.isNaN(magnitude) ? Double.POSITIVE_INFINITY : Math.max(halfGap(0), magnitude);
    }
    double max = max();
    if (magnitude <= max) {
      return halfGap(magnitude);
    }
    // Half a gap beyond the largest value still rounds to it; what comes after is infinity, or loses all that is
    // beyond.
    if (special == Special.INFINITY_AND_NAN || Double.isNaN(magnitude)) {
      return magnitude - max < halfGap(max) ? halfGap(max) : Double.POSITIVE_INFINITY;
    }
    return Math.max(halfGap(max), Math.nextUp(magnitude - max));
  }

  private double halfGap(double magnitude) {
    int exponent = Math.max(Math.getExponent(magnitude), minExponent());
    return Math.scalb(0.5, exponent - mantissaBits);
  }

  @Override
  public String toString() {
    return name;
  }
}
