package nibble.ir.format;

import static nibble.ir.format.Formats.MXINT8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class FixedPointFormatTest {
  @Test
  void everyCodeIsSoMany64ths() {
    for (int code = -128; code < 128; code++) {
      double value = code / 64.0;
      assertEquals(value, MXINT8.decode(code));
      assertEquals(code & 0xff, MXINT8.encode(value, Rounding.NEAREST_EVEN));
    }
  }

  @Test
  void range() {
    assertEquals(127 / 64.0, MXINT8.max());
    assertEquals(-2, MXINT8.min());
    assertEquals(0, Math.getExponent(MXINT8.symmetricMax()), "emax of INT8 in OCP MX");
    assertFalse(MXINT8.isInteger());
    assertEquals(127, MXINT8.encode(1e9, Rounding.NEAREST_EVEN));
    assertEquals(0x80, MXINT8.encode(Double.NEGATIVE_INFINITY, Rounding.NEAREST_EVEN));
    assertEquals(0, MXINT8.encode(Double.NaN, Rounding.NEAREST_EVEN));
  }

  @Property
  void roundsAsIntegersDo(
      @ForAll @DoubleRange(min = -3, max = 3) double value, @ForAll FixedRounding rounding) {
    double expected = Math.clamp(rounding.toInteger(64 * value), -128, 127) / 64;
    assertEquals(expected + 0.0, MXINT8.decode(MXINT8.encode(value, rounding)) + 0.0);
    assertTrue(Math.abs(MXINT8.round(value) - value) <= MXINT8.roundingError(Math.abs(value)));
  }

  @Test
  void refusesWidthsThatNoDoubleHolds() {
    assertThrows(IllegalArgumentException.class, () -> new FixedPointFormat("q54", 54, 6, ""));
    assertThrows(IllegalArgumentException.class, () -> new FixedPointFormat("q1", 1, 0, ""));
  }
}
