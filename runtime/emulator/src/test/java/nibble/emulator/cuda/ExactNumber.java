package nibble.emulator.cuda;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * Rounds exact numbers to a binary format in all four directions, with decimal arithmetic of any length: the reference
 * for IEEE 754 operations with a stated rounding.
 *
 * @param precision bits of a significand, the hidden one included
 * @param least exponent of the smallest subnormal number
 * @param largest exponent of the largest number's lowest bit
 */
record ExactNumber(int precision, int least, int largest) {
  static final ExactNumber SINGLE = new ExactNumber(24, -149, 104);
  static final ExactNumber DOUBLE = new ExactNumber(53, -1074, 971);

  /** Directions, in the order in which the kernels have them. */
  enum Direction {
    NEAREST,
    ZERO,
    DOWN,
    UP
  }

  /** The number rounded; it fits a double. A zero is positive; see {@link #zero}. */
  double round(BigDecimal exact, Direction direction) {
    if (exact.signum() == 0) {
      return 0;
    }
    BigDecimal magnitude = exact.abs();
    boolean isNegative = exact.signum() < 0;
    int exponent = exponentOf(magnitude);
    int unit = Math.max(exponent - precision + 1, least);
    BigDecimal scaled = magnitude.multiply(power(-unit));
    BigInteger whole = scaled.toBigInteger();
    BigDecimal rest = scaled.subtract(new BigDecimal(whole));
    if (roundsUp(whole, rest, isNegative, direction)) {
      whole = whole.add(BigInteger.ONE);
      if (whole.bitLength() > precision) {
        whole = whole.shiftRight(1);
        unit++;
      }
    }
    double result = unit > largest ? overflow(isNegative, direction) : Math.scalb(whole.doubleValue(), unit);
    return isNegative ? -result : result;
  }

  private double overflow(boolean isNegative, Direction direction) {
    boolean isFinite = direction == Direction.ZERO || direction == (isNegative ? Direction.UP : Direction.DOWN);
    return isFinite ? Math.scalb(Math.scalb(1.0, precision) - 1, largest) : Double.POSITIVE_INFINITY;
  }

  private static boolean roundsUp(BigInteger whole, BigDecimal rest, boolean isNegative, Direction direction) {
    return switch (direction) {
      case NEAREST -> {
        int half = rest.compareTo(new BigDecimal("0.5"));
        yield half > 0 || half == 0 && whole.testBit(0);
      }
      case ZERO -> false;
      case DOWN -> rest.signum() > 0 && isNegative;
      case UP -> rest.signum() > 0 && !isNegative;
    };
  }

  /** The exponent of the highest bit. */
  private static int exponentOf(BigDecimal magnitude) {
    int exponent = (int) Math.floor((magnitude.precision() - magnitude.scale() - 1) * 3.3219280948873626);
    while (power(exponent).compareTo(magnitude) > 0) {
      exponent--;
    }
    while (power(exponent + 1).compareTo(magnitude) <= 0) {
      exponent++;
    }
    return exponent;
  }

  private static BigDecimal power(int exponent) {
    BigDecimal power = new BigDecimal(BigInteger.TWO.pow(Math.abs(exponent)));
    return exponent >= 0 ? power : BigDecimal.ONE.divide(power);
  }

  /** The sum of two products, with the signs of zero that IEEE 754 asks for: {@code a b + c}. */
  double multiplyAdd(double a, double b, double c, Direction direction) {
    double usual = a * b + c;
    if (!Double.isFinite(a) || !Double.isFinite(b) || !Double.isFinite(c)) {
      return usual;
    }
    BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
    if (exact.signum() != 0) {
      return round(exact, direction);
    }
    boolean productIsNegative = isNegative(a) != isNegative(b);
    return zero(productIsNegative, isNegative(c), direction);
  }

  /** The product. */
  double multiply(double a, double b, Direction direction) {
    if (!Double.isFinite(a) || !Double.isFinite(b)) {
      return a * b;
    }
    BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b));
    return withSign(round(exact, direction), isNegative(a) != isNegative(b));
  }

  /** The quotient. The digits of a quotient that ends nowhere are cut off far behind the last that counts. */
  double divide(double a, double b, Direction direction) {
    if (!Double.isFinite(a) || !Double.isFinite(b) || b == 0) {
      return a / b;
    }
    BigDecimal exact = new BigDecimal(a).divide(new BigDecimal(b), new MathContext(1200));
    return withSign(round(exact, direction), isNegative(a) != isNegative(b));
  }

  /** The square root. */
  double squareRoot(double a, Direction direction) {
    if (!Double.isFinite(a) || a <= 0) {
      return Math.sqrt(a);
    }
    return round(new BigDecimal(a).sqrt(new MathContext(1200)), direction);
  }

  private static double withSign(double value, boolean isNegative) {
    return isNegative ? -Math.abs(value) : Math.abs(value);
  }

  private static boolean isNegative(double x) {
    return Double.doubleToRawLongBits(x) < 0;
  }

  /** A sum that is zero has the sign of both of its parts, or else that of the direction. */
  private static double zero(boolean first, boolean second, Direction direction) {
    return (first == second ? first : direction == Direction.DOWN) ? -0.0 : 0.0;
  }
}
