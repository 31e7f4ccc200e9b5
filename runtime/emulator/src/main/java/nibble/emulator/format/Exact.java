package nibble.emulator.format;

/**
 * Arithmetic in double precision that loses nothing that a later rounding to 24 bits or fewer could need: where a
 * result is not a double, its last bit is made odd ("round to odd"), which tells any later rounding on which side of a
 * tie it is (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to
 * odd").
 */
public final class Exact {
  private Exact() {}

  /** {@code a + b}, rounded to odd. */
  public static double sum(double a, double b) {
    double sum = a + b;
    if (Double.isInfinite(sum) || Double.isNaN(sum)) {
      return sum;
    }
    double high = sum - a;
    double error = a - (sum - high) + (b - high);
    return towards(sum, error);
  }

  /** {@code a / b}, rounded to odd. */
  public static double quotient(double a, double b) {
    double quotient = a / b;
    if (quotient == 0 || Double.isInfinite(quotient) || Double.isNaN(quotient)) {
      return quotient;
    }
    double rest = Math.fma(-quotient, b, a);
    return towards(quotient, b < 0 ? -rest : rest);
  }

  /** The square root of {@code a}, rounded to odd. */
  public static double squareRoot(double a) {
    double root = Math.sqrt(a);
    if (root == 0 || Double.isInfinite(root) || Double.isNaN(root)) {
      return root;
    }
    return towards(root, Math.fma(-root, root, a));
  }

  /** A double as a float, rounded to odd. */
  public static float narrow(double value) {
    float nearest = (float) value;
    if (nearest == value || Float.isNaN(nearest) || (Float.floatToRawIntBits(nearest) & 1) != 0) {
      return nearest;
    }
    return value > nearest ? Math.nextUp(nearest) : Math.nextDown(nearest);
  }

  /** The double next to {@code value} whose last bit is odd, on the side of the error, if there is one. */
  private static double towards(double value, double error) {
    if (error == 0 || (Double.doubleToRawLongBits(value) & 1) != 0) {
      return value;
    }
    return error > 0 ? Math.nextUp(value) : Math.nextDown(value);
  }
}
