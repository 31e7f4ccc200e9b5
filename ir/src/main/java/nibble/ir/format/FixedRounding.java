package nibble.ir.format;

import java.util.Locale;

/** A direction of rounding: the same for every element. */
public enum FixedRounding implements Rounding, RoundingMode {
  /** To nearest, ties to even (RNE). */
  NEAREST_EVEN,
  /** To nearest, ties away from zero (RHA). */
  NEAREST_AWAY,
  /** Toward zero (RZ). */
  TOWARD_ZERO;

  @Override
  public double toInteger(double value) {
    return switch (this) {
      case NEAREST_EVEN -> Math.rint(value);
      case NEAREST_AWAY -> Math.copySign(nearestAway(Math.abs(value)), value);
      case TOWARD_ZERO -> Math.copySign(Math.floor(Math.abs(value)), value);
    };
  }

  // Not floor(x + 0.5): the sum rounds up for the largest double below 0.5.
  private static double nearestAway(double magnitude) {
    double floor = Math.floor(magnitude);
    return magnitude - floor >= 0.5 ? floor + 1 : floor;
  }

  @Override
  public Rounding at(NumberFormat format, long element, int level) {
    return this;
  }

  @Override
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
