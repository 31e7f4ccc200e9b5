package nibble.ir.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.format.FloatFormat.Special;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FloatFormatTest {
  /** A format and a number that is interesting for it. */
  record Sample(FloatFormat format, double value) {}

  static List<FloatFormat> floats() {
    return Formats.all().stream().filter(FloatFormat.class::isInstance).map(FloatFormat.class::cast)
        .filter(FloatFormat::signed).toList();
  }

  static List<FloatFormat> narrowFloats() {
    return floats().stream().filter(format -> format.bits() <= 16).toList();
  }

  @Provide
  Arbitrary<Sample> samples() {
    return Arbitraries.of(floats()).flatMap(format -> values(format).map(value -> new Sample(format, value)));
  }

  /** Any double, values of the format, midpoints of neighbours, and the doubles next to these. */
  private static Arbitrary<Double> values(FloatFormat format) {
    Arbitrary<Double> bits = Arbitraries.longs().map(Double::longBitsToDouble).filter(value -> !Double.isNaN(value));
    Arbitrary<Double> near = Combinators.combine(
            Arbitraries.longs().between(0, format.encode(format.max(), Rounding.TOWARD_ZERO)),
            Arbitraries.of(0.0, 0.5, 1.0),
            Arbitraries.of(-1, 0, 1),
            Arbitraries.of(-1.0, 1.0))
        .as((code, part, step, sign) -> {
          double low = format.decode(code);
          double high = format.decode(code + 1);
          // Above the largest value, as if its binade went on.
          double gap = Double.isFinite(high) ? high - low : 2 * format.roundingError(low);
          double value = low + part * gap;
          return sign * (step < 0 ? Math.nextDown(value) : step > 0 ? Math.nextUp(value) : value);
        });
    return Arbitraries.oneOf(bits, near, Arbitraries.of(0.0, -0.0, 1e-320, 1e300, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE));
  }

  @Property(tries = 4000)
  void roundsByDefinition(@ForAll("samples") Sample sample, @ForAll FixedRounding rounding) {
    FloatFormat format = sample.format();
    double expected = ReferenceRounding.round(format, sample.value(), rounding);
    double actual = format.decode(format.encode(sample.value(), rounding));
    assertEquals(expected, actual);
    assertEquals(1 / expected, 1 / actual, "the sign of zero");
  }

  @Property(tries = 2000)
  void roundIsNearestEven(@ForAll("samples") Sample sample) {
    assertEquals(
        ReferenceRounding.round(sample.format(), sample.value(), Rounding.NEAREST_EVEN),
        sample.format().round(sample.value()));
  }

  @Property(tries = 2000)
  void roundingErrorIsABound(@ForAll("samples") Sample sample) {
    double bound = sample.format().roundingError(Math.abs(sample.value()));
    double rounded = sample.format().round(sample.value());
    if (Double.isInfinite(rounded)) {
      assertEquals(Double.POSITIVE_INFINITY, bound);
    } else if (Double.isFinite(bound)) {
      BigDecimal error = new BigDecimal(rounded).subtract(new BigDecimal(sample.value())).abs();
      assertTrue(error.compareTo(new BigDecimal(bound)) <= 0, () -> error + " > " + bound);
    }
  }

  @Property(tries = 2000)
  void roundingErrorIsTightWithinRange(@ForAll("samples") Sample sample) {
    FloatFormat format = sample.format();
    double magnitude = Math.abs(sample.value());
    if (magnitude <= format.max() && format.bits() < 64) {
      // Half the distance of the two values around it.
      long below = format.encode(magnitude, Rounding.TOWARD_ZERO);
      double gap = format.decode(below + 1) - format.decode(below);
      assertTrue(!(Double.isFinite(gap) && gap > 0) || format.roundingError(magnitude) == gap / 2);
    }
  }

  @Property
  void roundingErrorNeverDecreases(
      @ForAll("samples") Sample sample, @ForAll("samples") Sample other) {
    double least = Math.min(Math.abs(sample.value()), Math.abs(other.value()));
    double greatest = Math.max(Math.abs(sample.value()), Math.abs(other.value()));
    assertTrue(sample.format().roundingError(least) <= sample.format().roundingError(greatest));
  }

  @ParameterizedTest
  @MethodSource("floats")
  void nothingIsPromisedForNaN(FloatFormat format) {
    assertEquals(Double.POSITIVE_INFINITY, format.roundingError(Double.NaN));
    assertEquals(Double.POSITIVE_INFINITY, format.roundingError(Double.POSITIVE_INFINITY));
  }

  @ParameterizedTest
  @MethodSource("narrowFloats")
  void everyCodeComesBack(FloatFormat format) {
    long sign = 1L << (format.bits() - 1);
    for (long code = 0; code < 2 * sign; code++) {
      double value = format.decode(code);
      boolean infinity = Double.isInfinite(value) && format.special() != Special.INFINITY_AND_NAN;
      if (!Double.isNaN(value) && !infinity) {
        for (FixedRounding rounding : FixedRounding.values()) {
          assertEquals(code, format.encode(value, rounding), () -> format + " " + value);
        }
        assertEquals(value, format.round(value));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("narrowFloats")
  void codesAreOrderedByMagnitude(FloatFormat format) {
    long infinityOrMax = format.encode(Double.POSITIVE_INFINITY, Rounding.NEAREST_EVEN);
    assertEquals(0, format.decode(0));
    for (long code = 1; code <= infinityOrMax; code++) {
      assertTrue(format.decode(code) > format.decode(code - 1));
      assertEquals(-format.decode(code), format.decode(code | 1L << (format.bits() - 1)));
    }
  }

  @ParameterizedTest
  @MethodSource("floats")
  void nanBecomesTheCanonicalNaNOrTheMaximum(FloatFormat format) {
    double negativeNaN = Double.longBitsToDouble(-1L);
    long code = format.encode(negativeNaN, Rounding.NEAREST_EVEN);
    long allButSign = -1L >>> (65 - format.bits());
    assertEquals(allButSign, code);
    assertEquals(format.special() == Special.FINITE_ONLY ? format.max() : Double.NaN, format.decode(code));
  }

  @ParameterizedTest
  @CsvSource({
      "f32,Infinity,3.4028234663852886E38", "tf32,Infinity,3.4011621342146535E38", "f16,Infinity,65504",
      "bf16,Infinity,3.3895313892515355E38",
      "e4m3,448,448", "e5m2,57344,57344", "e2m3,7.5,7.5", "e3m2,28,28", "e2m1,6,6"})
  void overflow(String name, double nearest, double towardZero) {
    FloatFormat format = floats().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
    assertEquals(nearest, format.decode(format.encode(1e300, Rounding.NEAREST_EVEN)));
    assertEquals(towardZero, format.decode(format.encode(1e300, Rounding.TOWARD_ZERO)));
    assertEquals(-towardZero, format.decode(format.encode(-1e300, Rounding.TOWARD_ZERO)));
  }

  @ParameterizedTest
  @MethodSource("floats")
  void anInfinityStaysOneInEveryRounding(FloatFormat format) {
    double expected = format.special() == Special.INFINITY_AND_NAN ? Double.POSITIVE_INFINITY : format.max();
    for (FixedRounding rounding : FixedRounding.values()) {
      assertEquals(expected, format.decode(format.encode(Double.POSITIVE_INFINITY, rounding)));
      assertEquals(-expected, format.decode(format.encode(Double.NEGATIVE_INFINITY, rounding)));
    }
  }

  @Test
  void widthsAndRanges() {
    for (FloatFormat format : floats()) {
      assertEquals(ReferenceRounding.max(format), format.max(), format.name());
      assertEquals(-format.max(), format.min());
      assertTrue(format.isFloat());
    }
    assertEquals(
        List.of(64, 32, 19, 16, 16, 8, 8, 6, 6, 4), floats().stream().map(FloatFormat::bits).toList());
  }

  /** A tf32 is the upper part of an f32: its bits in memory are those of the number as an f32. */
  @Test
  void tf32LiesInMemoryAsF32() {
    assertEquals(32, Formats.TF32.storageBits());
    for (float value : new float[] {0f, -0f, 1f, -1.5f, 0x1.ffcp127f, 0x1p-126f, 0x1p-136f, 3.25e-5f}) {
      int bits = (int) Formats.TF32.encode(value, Rounding.NEAREST_EVEN) << Formats.TF32.zeroBits();
      assertEquals(Formats.TF32.round(value), Float.intBitsToFloat(bits));
      assertEquals(0, bits & 0x1fff);
    }
    assertEquals(List.of(Formats.TF32), floats().stream().filter(format -> format.zeroBits() > 0).toList());
  }

  @Test
  void refusesFieldsWhoseValuesAreNoDoubles() {
    assertThrows(IllegalArgumentException.class, () -> format(12, 51, 2047));
    assertThrows(IllegalArgumentException.class, () -> format(8, 53, 127));
    assertThrows(IllegalArgumentException.class, () -> format(11, 52, 1024));
    assertThrows(IllegalArgumentException.class, () -> format(0, 3, 0));
    assertThrows(IllegalArgumentException.class, () -> format(5, 0, 15));
  }

  private static FloatFormat format(int exponentBits, int mantissaBits, int bias) {
    return new FloatFormat("odd", exponentBits, mantissaBits, bias, Special.INFINITY_AND_NAN, "");
  }
}
