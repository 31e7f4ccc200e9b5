package nibble.ir.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StochasticRoundingTest {
  private static final RoundingMode MODE = new StochasticRounding(7, 1);

  static List<NumberFormat> codes() {
    return List.of(
        Formats.E4M3, Formats.E5M2, Formats.E2M3, Formats.E3M2, Formats.E2M1, Formats.I8, Formats.I4, Formats.MXINT8,
        Formats.F16, Formats.BF16);
  }

  @Provide
  Arbitrary<NumberFormat> formats() {
    return Arbitraries.of(codes());
  }

  @Provide
  Arbitrary<Float> floats() {
    return Arbitraries.oneOf(
        Arbitraries.integers().map(Float::intBitsToFloat).filter(Float::isFinite),
        Arbitraries.integers().between(-2000, 2000).map(i -> i / 64f));
  }

  @Property(tries = 3000)
  void roundsByDefinition(@ForAll("floats") float value, @ForAll @LongRange(max = 1 << 20) long element) {
    Rounding drawn = MODE.at(Formats.I8, element, 0);
    double expected = ReferenceRounding.toInteger(new BigDecimal(value), drawn).doubleValue();
    assertEquals(expected, drawn.toInteger(value) + 0.0);
  }

  /** A sum that is just below an integer, and would be rounded up to it. */
  @Test
  void theSumIsNotRounded() {
    Rounding drawn = new StochasticRounding.Drawn(1 - 0x1p-16);
    assertEquals(0, drawn.toInteger(0x1p-16 - 0x1p-69));
    assertEquals(1, drawn.toInteger(0x1p-16));
    assertEquals(-1, drawn.toInteger(-0x1p-16));
  }

  /**
   * The integer routine that CUDA's headers and {@code cvt.rs} follow for narrow floats: add the random bits below the
   * kept ones of the significand, cut, and saturate.
   */
  @Property(tries = 3000)
  void narrowFloatsAreRoundedAsInstructionsDo(
      @ForAll("floats") float value, @ForAll @LongRange(max = 1 << 20) long element) {
    for (NumberFormat format : codes()) {
      if (format instanceof FloatFormat narrow && narrow.bits() <= 8) {
        long word = Philox.word(7, 1, element, 0) & 0xffff_ffffL;
        long code = narrow.encode(value, MODE.at(narrow, element, 0));
        assertEquals(encoded(narrow, value, word), code, () -> narrow + " of " + value);
      }
    }
  }

  private static long encoded(FloatFormat format, float value, long word) {
    int random = format.stochasticBits();
    int bits = Float.floatToRawIntBits(value);
    long sign = (long) (bits >>> 31) << format.bits() - 1;
    int magnitude = bits & 0x7fff_ffff;
    if (magnitude < 0x0080_0000) {
      return sign;
    }
    int exponent = (magnitude >>> 23) - 127;
    long significand = magnitude & 0x7f_ffff | 0x80_0000;
    int least = 1 - format.bias();
    int drop = 23 - format.mantissaBits() + Math.max(0, least - exponent);
    if (drop > 40) {
      return sign;
    }
    long base = (long) Math.max(0, exponent - least) << format.mantissaBits();
    long kept = significand + (word >>> 32 - random << drop - random) >> drop;
    return sign | Math.min(base + kept, format.encode(format.max(), Rounding.NEAREST_EVEN));
  }

  @ParameterizedTest
  @MethodSource("codes")
  void valuesStay(NumberFormat format) {
    for (long code = 0; code < 1L << Math.min(format.bits(), 12); code++) {
      double value = format.decode(code);
      boolean saturates = Double.isInfinite(value) && format.bits() == 8;
      if (!Double.isNaN(value) && !saturates) {
        assertEquals(code, format.encode(value, MODE.at(format, code, 0)));
      }
    }
  }

  /** Within 4 standard errors of the mean, and the bias of cut bits: less than a gap in 2^r toward zero. */
  @ParameterizedTest
  @MethodSource("codes")
  void theMeanIsTheNumber(NumberFormat format) {
    int count = 1_000_000;
    for (double x : new double[] {0.3, 0.7, -1.2, 1.4140625, 0.01}) {
      double low = format.decode(format.encode(x, Rounding.TOWARD_ZERO));
      double high = format.decode(format.encode(x, Rounding.AWAY_FROM_ZERO));
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double rounded = format.decode(format.encode(x, MODE.at(format, i, 0)));
        assertTrue(rounded == low || rounded == high, () -> rounded + " for " + x);
        sum += rounded;
      }
      double gap = Math.abs(high - low);
      double deviation = Math.sqrt(Math.abs(x - low) * Math.abs(high - x));
      double allowed = 4 * deviation / Math.sqrt(count) + Math.scalb(gap, -format.stochasticBits());
      double mean = sum / count;
      assertTrue(Math.abs(mean - x) <= allowed, () -> format + ": " + mean + " for " + x + ", allowed " + allowed);
    }
  }

  /** Neither neighbours nor streams, seeds or levels know of each other. */
  @Test
  void drawsAreIndependent() {
    double[] one = draws(new StochasticRounding(7, 1), 0, 0);
    assertTrue(Math.abs(correlation(one, draws(new StochasticRounding(7, 1), 1, 0))) < 0.02, "elements");
    assertTrue(Math.abs(correlation(one, draws(new StochasticRounding(7, 2), 0, 0))) < 0.02, "streams");
    assertTrue(Math.abs(correlation(one, draws(new StochasticRounding(8, 1), 0, 0))) < 0.02, "seeds");
    assertTrue(Math.abs(correlation(one, draws(new StochasticRounding(7, 1), 0, 1))) < 0.02, "levels");
    assertEquals(1, correlation(one, draws(new StochasticRounding(7, 1), 0, 0)), 1e-9);
  }

  private static double[] draws(RoundingMode mode, int first, int level) {
    double[] draws = new double[40_000];
    Arrays.setAll(draws, i -> ((StochasticRounding.Drawn) mode.at(Formats.I8, first + i, level)).addend() - 0.5);
    return draws;
  }

  private static double correlation(double[] a, double[] b) {
    double product = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      squares += a[i] * a[i] / 2 + b[i] * b[i] / 2;
    }
    return product / squares;
  }

  @Test
  void randomBitsAreThoseOfInstructions() {
    assertEquals(
        List.of(16, 16, 16, 16, 8, 16, 16, 16, 13, 16), codes().stream().map(NumberFormat::stochasticBits).toList());
    assertEquals(0, Formats.F32.stochasticBits());
  }

  @Test
  void infinitiesAndNaNStay() {
    Rounding drawn = MODE.at(Formats.I8, 3, 0);
    assertEquals(Double.POSITIVE_INFINITY, drawn.toInteger(Double.POSITIVE_INFINITY));
    assertEquals(Double.NEGATIVE_INFINITY, drawn.toInteger(Double.NEGATIVE_INFINITY));
    assertEquals(Double.NaN, drawn.toInteger(Double.NaN));
  }

  @Test
  void seedsAreWords() {
    assertEquals("stochastic(4294967295,0)", new StochasticRounding(0xffff_ffffL, 0).text());
    assertThrows(IllegalArgumentException.class, () -> new StochasticRounding(1L << 32, 0));
    assertThrows(IllegalArgumentException.class, () -> new StochasticRounding(0, -1));
  }
}
