package sample.logformat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import nibble.ir.format.Rounding;

class LogFormatTest {
  private static final LogFormat LOG5 = LogFormatPlugin.LOG5;

  @Example
  void everyCodeIsItsValueAgain() {
    for (long code = 0; code < 32; code++) {
      // The sign bit alone is a second zero, which is never written.
      long expected = code == 16 ? 0 : code;
      for (Rounding rounding : Rounding.values()) {
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
