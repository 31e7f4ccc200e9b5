package nibble.ir.format;

/**
 * Two's complement or unsigned integers. Encoding rounds to an integer and saturates; NaN becomes 0.
 *
 * <p>Arithmetic on integers wraps: {@link #wrap}.
 *
 * @param name as written in types
 * @param bits width: up to 64, or up to 63 without a sign
 * @param signed whether the top bit is a sign
 * @param summary one sentence
 */
public record IntegerFormat(String name, int bits, boolean signed, String summary) implements NumberFormat {
  public IntegerFormat {
    if (bits < 1 || bits > (signed ? Long.SIZE : Long.SIZE - 1)) {
      throw new IllegalArgumentException("the integer format " + name + " can't have " + bits + " bits");
    }
  }

  @Override
  public double max() {
    return Math.scalb(1.0, signed ? bits - 1 : bits) - 1;
  }

  @Override
  public double min() {
    return signed ? -Math.scalb(1.0, bits - 1) : 0;
  }

  @Override
  public double decode(long code) {
    int unused = Long.SIZE - bits;
    return signed ? code << unused >> unused : code << unused >>> unused;
  }

  @Override
  public long encode(double value, Rounding rounding) {
    double integer = rounding.toInteger(Double.isNaN(value) ? 0 : value);
    long saturated = (long) Math.clamp(integer, min(), max());
    return bits == Long.SIZE ? saturated : saturated & ((1L << bits) - 1);
  }

  /** The value whose code is the low {@link #bits()} bits: what is left of an integer that does not fit. */
  public double wrap(long integer) {
    return decode(integer);
  }

  @Override
  public double roundingError(double magnitude) {
    if (Double.isNaN(magnitude)) {
      return Double.POSITIVE_INFINITY;
    }
    return magnitude <= max() ? 0.5 : Math.nextUp(magnitude - max() + 0.5);
  }

  @Override
  public double above(double value) {
    return value >= max() ? Double.POSITIVE_INFINITY : value + 1;
  }

  @Override
  public int mantissaBits() {
    return Math.max(0, bits - (signed ? 2 : 1));
  }

  @Override
  public boolean isInteger() {
    return true;
  }

  @Override
  public String toString() {
    return name;
  }
}
