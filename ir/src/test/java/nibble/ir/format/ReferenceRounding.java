package nibble.ir.format;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import nibble.ir.format.FloatFormat.Special;

/** Rounding by definition, in exact decimal arithmetic: slow, and independent of codes. */
final class ReferenceRounding {
  private static final BigDecimal TWO = BigDecimal.TWO;
  private static final int LEAST = 1074;

  private ReferenceRounding() {}

  /** What a finite number or an infinity rounds to. */
  static double round(FloatFormat format, double value, Rounding rounding) {
    double overflow = format.special() == Special.INFINITY_AND_NAN ? Double.POSITIVE_INFINITY : max(format);
    if (Double.isInfinite(value)) {
      return Math.copySign(overflow, value);
    }
    BigDecimal magnitude = new BigDecimal(Math.abs(value));
    BigDecimal gap = power(Math.max(floorLog2(magnitude), 1 - format.bias()) - format.mantissaBits());
    BigDecimal rounded = toInteger(magnitude.divide(gap), rounding).multiply(gap);
    boolean over = rounded.compareTo(new BigDecimal(max(format))) > 0;
    double result = over ? (rounding == Rounding.TOWARD_ZERO ? max(format) : overflow) : rounded.doubleValue();
    return Math.copySign(result, value);
  }

  static BigDecimal toInteger(BigDecimal value, Rounding rounding) {
    return switch (rounding) {
      case FixedRounding fixed -> value.setScale(0, switch (fixed) {
        case NEAREST_EVEN -> RoundingMode.HALF_EVEN;
        case NEAREST_AWAY -> RoundingMode.HALF_UP;
        case TOWARD_ZERO -> RoundingMode.DOWN;
      });
      case Rounding.Outward outward -> value.setScale(0, RoundingMode.UP);
      case StochasticRounding.Drawn drawn -> {
        BigDecimal magnitude = value.abs().add(new BigDecimal(drawn.addend())).setScale(0, RoundingMode.DOWN);
        yield value.signum() < 0 ? magnitude.negate() : magnitude;
      }
    };
  }

  /** The largest finite value, from the tables of the specifications. */
  static double max(FloatFormat format) {
    return switch (format.name()) {
      case "f64" -> Double.MAX_VALUE;
      case "f32" -> Float.MAX_VALUE;
      case "tf32" -> 0x1.ffcp127;
      case "f16" -> 65504;
      case "bf16" -> 0x1.fep127;
      case "e4m3" -> 448;
      case "e5m2" -> 57344;
      case "e2m3" -> 7.5;
      case "e3m2" -> 28;
      case "e2m1" -> 6;
      default -> throw new IllegalArgumentException(format.name());
    };
  }

  private static int floorLog2(BigDecimal magnitude) {
    if (magnitude.signum() == 0) {
      return -2000;
    }
    // Every double is an integer in units of its least value.
    BigInteger units = magnitude.multiply(TWO.pow(LEAST)).toBigIntegerExact();
    return units.bitLength() - 1 - LEAST;
  }

  private static BigDecimal power(int exponent) {
    return exponent >= 0 ? TWO.pow(exponent) : BigDecimal.ONE.divide(TWO.pow(-exponent));
  }
}
