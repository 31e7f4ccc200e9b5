package nibble.ir.format;

/**
 * Stochastic rounding: {@code floor(|v| + w / 2^r)} gaps for a magnitude of {@code |v|} gaps, where {@code w} is the
 * top {@code r} bits of a random word and r is {@link NumberFormat#stochasticBits}. So values of the format stay, and
 * the mean of all others is off by less than a gap in {@code 2^r}, toward zero, as that of PTX {@code cvt.rs} is.
 *
 * <p>The word of an element is a function of the seed, the stream and the element's index alone: word
 * {@code element % 4} of {@link Philox} with counter {@code element / 4} and key {@code (seed, stream)}. Two roundings
 * of one tensor must have different streams, or their errors depend on each other.
 *
 * @param seed 32 bits
 * @param stream 32 bits
 */
public record StochasticRounding(long seed, long stream) implements RoundingMode {
  public StochasticRounding {
    if (seed >>> Integer.SIZE != 0 || stream >>> Integer.SIZE != 0) {
      throw new IllegalArgumentException(
          "the seed and the stream of stochastic rounding are 32-bit numbers, not " + seed + " and " + stream);
    }
  }

  @Override
  public Rounding at(NumberFormat format, long element, int level) {
    int bits = format.stochasticBits();
    long word = Philox.word(seed, stream, element, level) & 0xffff_ffffL;
    return new Drawn(Math.scalb((double) (word >>> Integer.SIZE - bits), -bits));
  }

  @Override
  public String text() {
    return "stochastic(" + seed + "," + stream + ")";
  }

  /**
   * The rounding of one element.
   *
   * @param addend what is added before the fraction is cut off, at least 0 and less than 1
   */
  record Drawn(double addend) implements Rounding {
    @Override
    public double toInteger(double value) {
      double magnitude = Math.abs(value);
      double floor = Math.floor(magnitude);
      // Not floor(magnitude + addend): the sum may be rounded up to an integer.
      double rounded = magnitude - floor >= 1 - addend ? floor + 1 : floor;
      return Math.copySign(Double.isFinite(magnitude) ? rounded : magnitude, value);
    }
  }
}
