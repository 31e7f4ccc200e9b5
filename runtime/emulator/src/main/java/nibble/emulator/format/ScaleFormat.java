package nibble.emulator.format;

/**
 * Formats of block scales: eight bits, no sign. {@code ue8m0} has exponents only; {@code ue4m3} is {@code e4m3} whose
 * sign is ignored.
 */
public enum ScaleFormat {
  UE8M0,
  UE4M3;

  private static final int NAN = 0xff;
  private static final int BIAS = 127;

  /** The exponent of a scale {@code s * 2^e} with {@code 1 <= s < 2}; subnormal ones keep the smallest. */
  public int exponent(int code) {
    return this == UE8M0 ? code - BIAS : Math.max(code >>> 3 & 15, 1) - 7;
  }

  /** The significand of a scale, 1 for {@code ue8m0}; NaN if the code is. */
  public double significand(int code) {
    if (this == UE8M0) {
      return code == NAN ? Double.NaN : 1;
    }
    double value = FloatFormat.E4M3.decode(code & 0x7f);
    return Math.scalb(value, -exponent(code));
  }

  /** The value of a code. */
  public double decode(int code) {
    return Math.scalb(significand(code), exponent(code));
  }

  /**
   * Rounds a magnitude to {@code ue8m0} towards zero or up. What is smaller than the smallest scale becomes that; an
   * infinity is NaN.
   *
   * @param saturates whether what is too large becomes the largest scale
   */
  public static int encodeExponent(float value, boolean up, boolean saturates) {
    if (Float.isNaN(value)) {
      return NAN;
    }
    int bits = Float.floatToRawIntBits(value) & 0x7fffffff;
    int code = bits >>> 23;
    boolean isSmallest = bits <= 1 << 22;
    boolean isInexact = (bits & 0x7fffff) != 0;
    if (up && isInexact && !isSmallest && code < NAN) {
      code++;
    }
    return code == NAN && saturates ? NAN - 1 : code;
  }
}
