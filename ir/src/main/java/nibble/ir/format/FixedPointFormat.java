package nibble.ir.format;

/**
 * Two's complement with binary places behind the point: {@code code / 2^fractionBits}. Encoding rounds and saturates;
 * NaN becomes 0. The MXINT8 element of "OCP Microscaling Formats", section 5.3.4.
 *
 * @param name as written in types
 * @param bits width, up to 53
 * @param fractionBits places behind the point
 * @param summary one sentence
 */
public record FixedPointFormat(String name, int bits, int fractionBits, String summary) implements NumberFormat {
  public FixedPointFormat {
    if (bits < 2 || bits > 53) {
      throw new IllegalArgumentException("the fixed-point format " + name + " can't have " + bits + " bits");
    }
  }

  private IntegerFormat codes() {
    return new IntegerFormat(name, bits, true, summary);
  }

  @Override
  public double decode(long code) {
    return Math.scalb(codes().decode(code), -fractionBits);
  }

  @Override
  public long encode(double value, Rounding rounding) {
    return codes().encode(Math.scalb(value, fractionBits), rounding);
  }

  @Override
  public double max() {
    return Math.scalb(codes().max(), -fractionBits);
  }

  @Override
  public double min() {
    return Math.scalb(codes().min(), -fractionBits);
  }

  /** For codes: its range is not symmetric, as that of floats is. */
  @Override
  public boolean isArithmetic() {
    return false;
  }

  @Override
  public double above(double value) {
    return value >= max() ? Double.POSITIVE_INFINITY : value + Math.scalb(1.0, -fractionBits);
  }

  @Override
  public int mantissaBits() {
    return bits - 2;
  }

  @Override
  public double roundingError(double magnitude) {
    return Math.scalb(codes().roundingError(Math.scalb(magnitude, fractionBits)), -fractionBits);
  }

  @Override
  public String toString() {
    return name;
  }
}
