package nibble.emulator.tensor;

import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/**
 * The sum of one step of {@link Accumulation}, term by term, as the rule says it. Slow and plain: what is quicker is
 * tested against this.
 *
 * <p>A number is {@code s * 2^e} with {@code 1 <= |s| < 2}; subnormal ones keep the format's smallest exponent, zero
 * has -126. A product's exponent is the sum of its factors', so its significand is below four.
 */
final class AlignedSum {
  /** The exponent that zero takes part with. */
  static final int ZERO = -126;

  private final int fractionBits;
  private final double[] terms = new double[64];
  private int count;
  private int largest;
  private boolean isSpecial;
  private double special;

  AlignedSum(int fractionBits) {
    this.fractionBits = fractionBits;
  }

  void clear() {
    count = 0;
    largest = Integer.MIN_VALUE;
    isSpecial = false;
    special = 0;
  }

  /** Exponent of a value of the format. */
  static int exponent(FloatFormat format, double value) {
    return value == 0 ? ZERO : Math.max(Math.getExponent(value), format.minExponent());
  }

  void add(double term, int exponent) {
    if (!Double.isFinite(term)) {
      isSpecial = true;
      special += term;
    }
    terms[count++] = term;
    largest = Math.max(largest, exponent);
  }

  /** Whether the sum is an infinity or NaN, which {@link #special} then is. */
  boolean isSpecial() {
    return isSpecial;
  }

  double special() {
    return special;
  }

  /** The sum, which a double holds exactly. */
  double value() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      // The cast cuts off towards zero; what scaling makes too small for a double is cut off anyway.
      sum += (long) Math.scalb(terms[i], fractionBits - largest);
    }
    return Math.scalb((double) sum, largest - fractionBits);
  }

  /** The sum as single precision with so many fraction bits, cut off towards zero. */
  int single(int outputBits) {
    if (isSpecial) {
      return Double.isNaN(special) ? 0x7fffffff : Float.floatToRawIntBits((float) special);
    }
    double value = value();
    if (Math.abs(value) >= 0x1p128) {
      return Float.floatToRawIntBits(value > 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY);
    }
    int bits = FloatFormat.F32.encode(value, Rounding.ZERO, false);
    return bits & -1 << 23 - outputBits;
  }

  /** The sum as f16, rounded to nearest even. */
  int half() {
    return FloatFormat.F16.encode(isSpecial ? special : value(), Rounding.NEAREST_EVEN, false);
  }
}
