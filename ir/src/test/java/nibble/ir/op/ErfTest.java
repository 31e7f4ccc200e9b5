package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import nibble.ir.bound.ErrorModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErfTest {
  private static final MathContext DIGITS = new MathContext(60);
  private static final BigDecimal TWO_OVER_SQRT_PI = BigDecimal.TWO.divide(
      new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459").sqrt(DIGITS), DIGITS);

  /** Within an eighth of what the error analysis leaves to f64 interpretation. */
  @Property(tries = 2000)
  void isTheSeries(@ForAll @DoubleRange(min = -6.5, max = 6.5) double x) {
    double expected = series(x).doubleValue();
    assertTrue(Math.abs(Erf.erf(x) - expected) <= ErrorModel.REFERENCE / 8 * Math.abs(expected),
        () -> Erf.erf(x) + " is not " + expected);
  }

  /** The same of the complement, for its own magnitude, however small. */
  @Property(tries = 2000)
  void complementIsOneMinusTheSeries(@ForAll @DoubleRange(min = -6.5, max = 6.5) double x) {
    double expected = BigDecimal.ONE.subtract(series(x)).doubleValue();
    assertTrue(Math.abs(Erf.erfc(x) - expected) <= ErrorModel.REFERENCE / 8 * Math.abs(expected),
        () -> Erf.erfc(x) + " is not " + expected);
  }

  /** The alternating series of Abramowitz and Stegun 7.1.5, with digits enough for its cancellation. */
  private static BigDecimal series(double x) {
    BigDecimal value = new BigDecimal(x);
    BigDecimal square = value.multiply(value, DIGITS).negate();
    BigDecimal power = value;
    BigDecimal sum = value;
    for (int n = 1; power.abs().compareTo(new BigDecimal("1e-40")) > 0; n++) {
      power = power.multiply(square, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(power.divide(BigDecimal.valueOf(2 * n + 1), DIGITS), DIGITS);
    }
    return sum.multiply(TWO_OVER_SQRT_PI, DIGITS);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "Infinity,1", "-Infinity,-1", "6,1", "-7,-1", "NaN,NaN", "1e-300,1.1283791670955126e-300"})
  void special(double x, double expected) {
    assertEquals(expected, Erf.erf(x));
  }

  @ParameterizedTest
  @CsvSource({"0,1", "Infinity,0", "-Infinity,2", "1e300,0", "-1e300,2", "NaN,NaN", "26,5.663192408856143e-296"})
  void specialOfTheComplement(double x, double expected) {
    assertTrue(Double.compare(expected, Erf.erfc(x)) == 0 || Math.abs(Erf.erfc(x) - expected) <= expected * 0x1p-49);
  }

  @Test
  void negativeZeroStays() {
    assertEquals(Double.NEGATIVE_INFINITY, 1 / Erf.erf(-0.0));
  }
}
