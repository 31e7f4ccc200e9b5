package sample.logformat;

import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * A logarithmic format: a sign and a power of two from {@code 2^(2-2^n)} to 1, or zero. A product with it is a shift.
 *
 * @param name as written in types
 * @param exponentBits width n of the exponent; the code 0 of it means zero
 */
public record LogFormat(String name, int exponentBits) implements NumberFormat {
  @Override
  public String summary() {
    return "a sign and one of " + maxCode() + " powers of two up to 1, or zero";
  }

  @Override
  public int bits() {
    return 1 + exponentBits;
  }

  private long maxCode() {
    return (1L << exponentBits) - 1;
  }

  private double magnitude(long code) {
    return code == 0 ? 0 : Math.scalb(1.0, (int) (code - maxCode()));
  }

  @Override
  public double decode(long code) {
    double magnitude = magnitude(code & maxCode());
    return (code >>> exponentBits & 1) == 1 && magnitude > 0 ? -magnitude : magnitude;
  }

  /** Rounds the value, not its logarithm; NaN becomes zero, and what is beyond 1 becomes 1. */
  @Override
  public long encode(double value, Rounding rounding) {
    double magnitude = Double.isNaN(value) ? 0 : Math.min(Math.abs(value), max());
    // The largest code whose value is not above the magnitude.
    long low = Math.max(0, Math.getExponent(magnitude) + maxCode());
    long code = low < maxCode() && roundsUp(magnitude, low, rounding) ? low + 1 : low;
    return code == 0 || value > 0 ? code : code | 1L << exponentBits;
  }

  private boolean roundsUp(double magnitude, long low, Rounding rounding) {
    // Counted in gaps from an even code, so that a tie goes to the even one.
    double gaps = low % 2 + (magnitude - magnitude(low)) / (magnitude(low + 1) - magnitude(low));
    return rounding.toInteger(gaps) > low % 2;
  }

  @Override
  public double max() {
    return 1;
  }

  /** Half the gap to the next power of two, or what saturation loses. */
  @Override
  public double roundingError(double magnitude) {
    double gap = Math.max(magnitude(1), Math.scalb(1.0, Math.getExponent(Math.min(magnitude, 1))));
    return magnitude <= 1 ? gap / 2 : Math.max(gap / 2, Math.nextUp(magnitude - 1));
  }

  @Override
  public String toString() {
    return name;
  }
}
