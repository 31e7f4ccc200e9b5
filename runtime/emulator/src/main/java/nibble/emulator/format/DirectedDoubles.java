package nibble.emulator.format;

import java.math.BigDecimal;

/**
 * Double precision rounded in any direction: the nearest result, moved by one where the exact one, a decimal number of
 * as many digits as it takes, lies on the wrong side. Slow, and rare.
 */
public final class DirectedDoubles {
  private DirectedDoubles() {}

  /** The result of the operation, rounded. */
  public static double multiply(double x, double y, Rounding rounding) {
    double nearest = x * y;
    return areFinite(x, y) ? adjust(nearest, decimal(x).multiply(decimal(y)), rounding) : nearest;
  }

  /** The result of the operation, rounded. */
  public static double multiplyAdd(double x, double y, double z, Rounding rounding) {
    double nearest = Math.fma(x, y, z);
    if (!areFinite(x, y) || !Double.isFinite(z)) {
      return nearest;
    }
    BigDecimal exact = decimal(x).multiply(decimal(y)).add(decimal(z));
    if (exact.signum() == 0) {
      boolean cancels = z != 0 || Double.compare(x * y, z) != 0;
      return cancels && rounding == Rounding.DOWN ? -0.0 : nearest;
    }
    return adjust(nearest, exact, rounding);
  }

  /** The result of the operation, rounded. */
  public static double divide(double x, double y, Rounding rounding) {
    double nearest = x / y;
    if (rounding == Rounding.NEAREST_EVEN || y == 0 || !areFinite(x, y)) {
      return nearest;
    }
    // Comparing x with nearest * y tells on which side of the exact quotient the nearest one is.
    int side = decimal(x).compareTo(decimal(nearest).multiply(decimal(y)));
    return move(nearest, y < 0 ? -side : side, rounding);
  }

  /** The result of the operation, rounded. */
  public static double squareRoot(double x, Rounding rounding) {
    double nearest = Math.sqrt(x);
    return rounding == Rounding.NEAREST_EVEN || Double.isNaN(nearest) || Double.isInfinite(nearest)
        ? nearest
        : move(nearest, decimal(x).compareTo(decimal(nearest).pow(2)), rounding);
  }

  public static double fromLong(long value, boolean isUnsigned, Rounding rounding) {
    if (!isUnsigned && rounding == Rounding.NEAREST_EVEN) {
      return value;
    }
    BigDecimal exact =
        new BigDecimal(isUnsigned ? Long.toUnsignedString(value) : Long.toString(value));
    return adjust(exact.doubleValue(), exact, rounding);
  }

  private static boolean areFinite(double x, double y) {
    return Double.isFinite(x) && Double.isFinite(y);
  }

  private static BigDecimal decimal(double value) {
    // Beyond everything that two doubles can make.
    return Double.isInfinite(value)
        ? BigDecimal.valueOf(Math.signum(value)).scaleByPowerOfTen(1000)
        : new BigDecimal(value);
  }

  private static double adjust(double nearest, BigDecimal exact, Rounding rounding) {
    return move(nearest, exact.compareTo(decimal(nearest)), rounding);
  }

  /**
   * Moves the nearest result by one where the rounding wants the other neighbour.
   *
   * @param side positive if the exact result is greater
   */
  private static double move(double nearest, int side, Rounding rounding) {
    boolean isNegative = nearest < 0 || nearest == 0 && side < 0;
    return switch (rounding) {
      case NEAREST_EVEN, NEAREST_AWAY -> nearest;
      case DOWN -> side < 0 ? Math.nextDown(nearest) : nearest;
      case UP -> side > 0 ? Math.nextUp(nearest) : nearest;
      case ZERO -> {
        if (isNegative) {
          yield side > 0 ? Math.nextUp(nearest) : nearest;
        }
        yield side < 0 ? Math.nextDown(nearest) : nearest;
      }
    };
  }
}
