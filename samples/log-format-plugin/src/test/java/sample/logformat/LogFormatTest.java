package sample.logformat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Rounding;
import nibble.ir.format.StochasticRounding;

class LogFormatTest {
  private static final LogFormat LOG5 = LogFormatPlugin.LOG5;

  @Example
  void everyCodeIsItsValueAgain() {
    for (long code = 0; code < 32; code++) {
      // The sign bit alone is a second zero, which is never written.
      long expected = code == 16 ? 0 : code;
      for (Rounding rounding : FixedRounding.values()) {
        assertEquals(expected, LOG5.encode(LOG5.decode(code), rounding), "code " + code + " " + rounding);
      }
    }
  }

  @Example
  void valuesArePowersOfTwo() {
    assertEquals(0, LOG5.decode(0));
    assertEquals(0x1p-14, LOG5.decode(1));
    assertEquals(1, LOG5.decode(15));
    assertEquals(-0.25, LOG5.decode(16 + 13));
    assertEquals(5, LOG5.bits());
  }

  @Example
  void tiesGoWhereTheRoundingSays() {
    assertEquals(0.5, LOG5.decode(LOG5.encode(0.75, Rounding.NEAREST_EVEN)));
    assertEquals(0.5, LOG5.decode(LOG5.encode(0.375, Rounding.NEAREST_EVEN)));
    assertEquals(-1, LOG5.decode(LOG5.encode(-0.75, Rounding.NEAREST_AWAY)));
    assertEquals(0.5, LOG5.decode(LOG5.encode(0.99, Rounding.TOWARD_ZERO)));
    assertEquals(0, LOG5.round(0x1p-15));
    assertEquals(0x1p-14, LOG5.round(Math.nextUp(0x1p-15)));
  }

  /** Random rounding comes with what encode does with a fraction. */
  @Example
  void randomRoundingIsRightInTheMean() {
    double sum = 0;
    for (int i = 0; i < 40_000; i++) {
      double rounded = LOG5.decode(LOG5.encode(0.6, new StochasticRounding(1, 0).at(LOG5, i, 0)));
      assertTrue(rounded == 0.5 || rounded == 1);
      sum += rounded / 40_000;
    }
    // Four standard errors: sqrt(0.1 * 0.4 / 40000).
    assertEquals(0.6, sum, 0.004);
  }

  @Example
  void whatIsOutOfRangeSaturates() {
    assertEquals(1, LOG5.round(1e30));
    assertEquals(-1, LOG5.round(Double.NEGATIVE_INFINITY));
    assertEquals(0, LOG5.round(Double.NaN));
  }

  @Property
  void theNearestValueIsWithinTheBound(@ForAll @DoubleRange(min = -3, max = 3) double value) {
    double rounded = LOG5.round(value);
    assertTrue(Math.abs(rounded - value) <= LOG5.roundingError(Math.abs(value)), () -> value + " becomes " + rounded);
    for (long code = 0; code < 32; code++) {
      assertTrue(Math.abs(LOG5.decode(code) - value) >= Math.abs(rounded - value), () -> value + " becomes " + rounded);
    }
  }
}
