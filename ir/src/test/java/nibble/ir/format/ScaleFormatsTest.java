package nibble.ir.format;

import static nibble.ir.format.Formats.UE4M3;
import static nibble.ir.format.Formats.UE8M0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats for scales alone. */
class ScaleFormatsTest {
  private static final List<NumberFormat> BOTH = List.of(UE4M3, UE8M0);

  @Provide
  Arbitrary<NumberFormat> formats() {
    return Arbitraries.of(BOTH);
  }

  @Provide
  Arbitrary<Double> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite),
        Arbitraries.integers().between(-140, 140).map(e -> Math.scalb(1.0, e)),
        Arbitraries.integers().between(-140, 140).map(e -> Math.nextUp(Math.scalb(1.0, e))),
        Arbitraries.integers().between(-140, 140).map(e -> Math.scalb(1.5, e)),
        Arbitraries.of(0.0, -0.0, 448.0, 464.0, 0x1p-9, 0x1p-10, -1.0));
  }

  /** Conversions to E8M0 toward zero and upward, as CUDA's headers do them for f32 bits. */
  @ParameterizedTest
  @CsvSource({
      "00000000,0,0", "00000001,0,0", "00400000,0,0", "00400001,0,1", "00800000,1,1", "00800001,1,2",
      "3f800000,127,127", "3f800001,127,128", "3fffffff,127,128", "40400000,128,129", "c0400000,128,129",
      "7f000000,254,254",
      "7f000001,254,254", "7f7fffff,254,254", "7f800000,254,254", "ff800000,254,254", "7fc00000,255,255"})
  void exponents(String bits, long towardZero, long upward) {
    float input = Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
    assertEquals(towardZero, UE8M0.encode(input, Rounding.TOWARD_ZERO));
    assertEquals(upward, UE8M0.encode(input, Rounding.AWAY_FROM_ZERO));
  }

  @Test
  void everyCodeComesBack() {
    for (NumberFormat format : BOTH) {
      long nan = (1L << format.bits()) - 1;
      for (long code = 0; code < nan; code++) {
        double value = format.decode(code);
        for (Rounding rounding : FixedRounding.values()) {
          assertEquals(code, format.encode(value, rounding));
        }
        assertEquals(code, format.encode(value, Rounding.AWAY_FROM_ZERO));
        double next = code + 1 == nan ? Double.POSITIVE_INFINITY : format.decode(code + 1);
        assertEquals(next, format.above(value));
      }
      assertEquals(Double.NaN, format.decode(nan));
      assertEquals(nan, format.encode(Double.NaN, Rounding.NEAREST_EVEN));
    }
  }

  /** E4M3 with the sign bit forced to 0. */
  @Test
  void ue4m3IsHalfOfE4m3() {
    for (long code = 0; code < 128; code++) {
      assertEquals(Formats.E4M3.decode(code), UE4M3.decode(code));
    }
    assertEquals(0, UE4M3.encode(-3, Rounding.NEAREST_EVEN));
    assertEquals(0x7e, UE4M3.encode(Double.POSITIVE_INFINITY, Rounding.NEAREST_EVEN));
    assertEquals(0, UE4M3.encode(Double.NEGATIVE_INFINITY, Rounding.NEAREST_EVEN));
  }

  /** The nearest of all values, of two that of the even code, to what saturation leaves. */
  @Property(tries = 2000)
  void roundsToTheNearest(@ForAll("formats") NumberFormat format, @ForAll("numbers") double number) {
    double x = Math.clamp(format.equals(UE8M0) ? Math.abs(number) : number, format.min(), format.max());
    long best = 0;
    for (long code = 1; code < (1L << format.bits()) - 1; code++) {
      double distance = Math.abs(x - format.decode(code));
      double least = Math.abs(x - format.decode(best));
      best = distance < least || distance == least && code % 2 == 0 ? code : best;
    }
    assertEquals(best, format.encode(number, Rounding.NEAREST_EVEN), () -> format + " of " + number);
  }

  @Property
  void roundingErrorIsABound(@ForAll("formats") NumberFormat format, @ForAll("numbers") double number) {
    assertTrue(Math.abs(format.round(number) - number) <= format.roundingError(Math.abs(number)));
  }

  @Test
  void ranges() {
    assertEquals(0x1p127, UE8M0.max());
    assertEquals(0x1p-127, UE8M0.min());
    assertEquals(0x1p-127, UE8M0.scaleOfZeros());
    assertEquals(448, UE4M3.max());
    assertEquals(0, UE4M3.min());
    assertEquals(0x1p-9, UE4M3.scaleOfZeros());
    assertEquals(List.of(7, 8), BOTH.stream().map(NumberFormat::bits).toList());
    assertEquals(List.of(8, 8), BOTH.stream().map(NumberFormat::storageBits).toList());
    assertTrue(BOTH.stream().allMatch(NumberFormat::isForScales));
    assertEquals(2, Formats.all().stream().filter(NumberFormat::isForScales).count());
  }

  /** The reciprocal of a scale of code c has the code 254 - c. */
  @Test
  void reciprocalsOfPowersOfTwo() {
    for (long code = 0; code < 255; code++) {
      assertEquals(254 - code, UE8M0.encode(1 / UE8M0.decode(code), Rounding.NEAREST_EVEN));
    }
  }

  @Test
  void refusesExponentsThatNoDoubleHas() {
    assertThrows(IllegalArgumentException.class, () -> new ExponentFormat("e11", 11, 1023, ""));
    assertThrows(IllegalArgumentException.class, () -> new ExponentFormat("e1", 1, 0, ""));
  }
}
