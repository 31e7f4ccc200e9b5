package nibble.ir.format;

/**
 * A power of two as its exponent alone: no sign, no zero, and the last code is NaN. UE8M0 of "OCP Microscaling Formats"
 * and of PTX.
 *
 * <p>As PTX {@code cvt.ue8m0x2} with {@code .satfinite} does, encoding takes the magnitude and saturates at both ends,
 * also what is infinite: {@code .rz} is {@link Rounding#TOWARD_ZERO}, {@code .rp} {@link Rounding#AWAY_FROM_ZERO}.
 *
 * @param name as written in types
 * @param bits width
 * @param bias exponent bias
 * @param summary one sentence
 */
public record ExponentFormat(String name, int bits, int bias, String summary) implements NumberFormat {
  public ExponentFormat {
    if (bits < 2 || bits > 10 || bias > -Double.MIN_EXPONENT || maxCode(bits) - bias > Double.MAX_EXPONENT) {
      throw new IllegalArgumentException("not every value of the format " + name + " is a double");
    }
  }

  private static long maxCode(int bits) {
    return (1L << bits) - 2;
  }

  @Override
  public double decode(long code) {
    long exponent = code & ((1L << bits) - 1);
    return exponent > maxCode(bits) ? Double.NaN : Math.scalb(1.0, (int) exponent - bias);
  }

  @Override
  public long encode(double value, Rounding rounding) {
    if (Double.isNaN(value)) {
      return maxCode(bits) + 1;
    }
    double magnitude = Math.clamp(Math.abs(value), min(), max());
    int exponent = Math.getExponent(magnitude);
    long below = exponent + bias;
    // The distance from the code below as a fraction, which is exact; with the last bit of that code, so that a tie
    // goes to the even one.
    long last = below & 1;
    double fraction = Math.scalb(magnitude, -exponent) - 1;
    return below - last + (long) rounding.toInteger(last + fraction);
  }

  @Override
  public double max() {
    return decode(maxCode(bits));
  }

  @Override
  public double min() {
    return decode(0);
  }

  @Override
  public double above(double value) {
    return value >= max() ? Double.POSITIVE_INFINITY : 2 * value;
  }

  @Override
  public boolean isForScales() {
    return true;
  }

  @Override
  public double scaleOfZeros() {
    return min();
  }

  /** A negative number loses its sign as well. */
  @Override
  public double roundingError(double magnitude) {
    return Double.isNaN(magnitude) ? Double.POSITIVE_INFINITY : min() + 3 * magnitude;
  }

  @Override
  public String toString() {
    return name;
  }
}
