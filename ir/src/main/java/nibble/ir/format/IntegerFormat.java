package nibble.ir.format;

/**
 * Two's complement or unsigned integers. Encoding rounds to an integer and saturates; NaN becomes 0.
 *
 * @param name as written in types
 * @param bits width
 * @param signed whether the top bit is a sign
 * @param summary one sentence
 */
public record IntegerFormat(String name, int bits, boolean signed, String summary) implements NumberFormat {
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

  @Override
  public double roundingError(double magnitude) {
    return 0.5;
  }

  @Override
  public double symmetricMax() {
    return Math.scalb(1.0, signed ? bits - 1 : bits) - 1;
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
