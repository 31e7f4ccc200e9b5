package nibble.ir.op;

/**
 * A factor of integers, {@code multiplier / 2^shift}, whose products are rounded without floating point, so that they
 * are the same on every device.
 *
 * @param multiplier from 2^30 to below 2^31 where the factor is not too small for that; 0 for 0
 * @param shift from 1 to 62
 */
record DyadicNumber(long multiplier, int shift) {
  /** The largest magnitude of a number that is multiplied, and the largest multiplier. */
  static final long MOST = Integer.MAX_VALUE;

  private static final int LEAST_SHIFT = 1;
  private static final int MOST_SHIFT = 62;
  private static final int BITS = 30;

  /** As a kernel takes both: a negative multiplier counts as 0, shifts out of their range as the nearest in it. */
  DyadicNumber {
    multiplier = Math.clamp(multiplier, 0, MOST);
    shift = Math.clamp(shift, LEAST_SHIFT, MOST_SHIFT);
  }

  /** The nearest to a factor, ties to even; the largest for larger ones, 0 for what is negative or no number. */
  static DyadicNumber of(double factor) {
    if (!(factor > 0)) {
      return new DyadicNumber(0, MOST_SHIFT);
    }
    int shift = BITS - Math.getExponent(factor);
    if (shift < LEAST_SHIFT) {
      return new DyadicNumber(MOST, LEAST_SHIFT);
    }
    int bounded = Math.min(shift, MOST_SHIFT);
    long multiplier = (long) Math.rint(Math.scalb(factor, bounded));
    if (multiplier <= MOST) {
      return new DyadicNumber(multiplier, bounded);
    }
    // It was rounded up to the next power of two.
    return bounded == LEAST_SHIFT ? new DyadicNumber(MOST, bounded) : new DyadicNumber(multiplier / 2, bounded - 1);
  }

  /** The product with a number of at most 31 bits, to nearest, ties away from zero. */
  long times(long number) {
    long product = Math.min(Math.abs(number), MOST) * multiplier;
    long rounded = (product >> shift - 1) + 1 >> 1;
    return number < 0 ? -rounded : rounded;
  }
}
