package nibble.ir.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundingTest {
  @Provide
  Arbitrary<Double> finite() {
    Arbitrary<Double> halves = Arbitraries.integers().between(-200, 200).map(i -> i / 2.0);
    return Arbitraries.oneOf(
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite),
        halves,
        halves.map(Math::nextUp),
        halves.map(Math::nextDown),
        Arbitraries.of(0x1p52 - 0.5, 0x1p52, 0x1p53 + 2, 0x1p63, -0.0));
  }

  @Property(tries = 3000)
  void roundsByDefinition(@ForAll("finite") double value, @ForAll FixedRounding rounding) {
    double expected = ReferenceRounding.toInteger(new BigDecimal(value), rounding).doubleValue();
    assertEquals(expected, rounding.toInteger(value) + 0.0);
  }

  @ParameterizedTest
  @CsvSource({"0.5,0,1,0", "1.5,2,2,1", "2.5,2,3,2", "-0.5,0,-1,0", "-2.5,-2,-3,-2", "0.49999999999999994,0,0,0"})
  void ties(double value, double nearestEven, double nearestAway, double towardZero) {
    assertEquals(nearestEven, Rounding.NEAREST_EVEN.toInteger(value) + 0.0);
    assertEquals(nearestAway, Rounding.NEAREST_AWAY.toInteger(value) + 0.0);
    assertEquals(towardZero, Rounding.TOWARD_ZERO.toInteger(value) + 0.0);
  }

  @Property
  void infinitiesAndNaNStay(@ForAll FixedRounding rounding) {
    assertEquals(Double.POSITIVE_INFINITY, rounding.toInteger(Double.POSITIVE_INFINITY));
    assertEquals(Double.NEGATIVE_INFINITY, rounding.toInteger(Double.NEGATIVE_INFINITY));
    assertEquals(Double.NaN, rounding.toInteger(Double.NaN));
  }
}
