package nibble.ir.format;

/**
 * Rounding of a real number to the grid of a format, given as a number of the grid's gaps. Every one of them is odd,
 * does not decrease and leaves integers as they are.
 */
public sealed interface Rounding permits FixedRounding, StochasticRounding.Drawn, Rounding.Outward {
  FixedRounding NEAREST_EVEN = FixedRounding.NEAREST_EVEN;
  FixedRounding NEAREST_AWAY = FixedRounding.NEAREST_AWAY;
  FixedRounding TOWARD_ZERO = FixedRounding.TOWARD_ZERO;
  /** Away from zero: for scales that must not be too small. No quantizer rounds elements so. */
  Rounding AWAY_FROM_ZERO = Outward.AWAY_FROM_ZERO;

  /** Rounds to an integer; exact for magnitudes of 2<sup>52</sup> and more, which are integers already. */
  double toInteger(double value);

  /** The class of {@link #AWAY_FROM_ZERO}. */
  enum Outward implements Rounding {
    AWAY_FROM_ZERO;

    @Override
    public double toInteger(double value) {
      return Math.copySign(Math.ceil(Math.abs(value)), value);
    }
  }
}
