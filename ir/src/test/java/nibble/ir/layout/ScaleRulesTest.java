package nibble.ir.layout;

import static nibble.ir.layout.ScaleRules.CEIL;
import static nibble.ir.layout.ScaleRules.EVEN;
import static nibble.ir.layout.ScaleRules.FLOOR;
import static nibble.ir.layout.ScaleRules.FULL;
import static nibble.ir.layout.ScaleRules.NEAREST;
import static nibble.ir.layout.ScaleRules.UP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleRulesTest {
  private static final List<NumberFormat> CODES = List.of(
      Formats.E4M3, Formats.E5M2, Formats.E3M2, Formats.E2M3, Formats.E2M1, Formats.MXINT8, Formats.I8, Formats.I4);
  private static final List<NumberFormat> SCALES =
      List.of(Formats.F32, Formats.F16, Formats.BF16, Formats.UE8M0, Formats.UE4M3);

  private static double scale(ScaleRule rule, double amax, NumberFormat codes, NumberFormat scales) {
    return new ScaleLayout(new Granularities.PerTensor(), scales).withRule(rule).scale(amax, CodeRange.of(codes));
  }

  private static long code(ScaleRule rule, double amax, NumberFormat codes) {
    return Formats.UE8M0.encode(scale(rule, amax, codes, Formats.UE8M0), Rounding.NEAREST_EVEN);
  }

  /** E8M0 codes as torchao's modes of that name, and {@code cvt.rp.ue8m0}, give them. */
  @ParameterizedTest
  @CsvSource({
      "e2m1,1,125,125,125,125", "e2m1,1.5,125,126,125,125", "e2m1,1.75,125,126,126,126", "e2m1,3,126,127,126,126",
      "e2m1,5,127,128,127,127", "e2m1,6,127,128,127,127", "e2m1,6.001,127,128,127,128", "e2m1,7,127,128,128,128",
      "e2m1,7.5,127,128,128,128", "e2m1,8,128,128,128,128", "e2m1,12,128,129,128,128", "e2m1,1e-40,0,0,0,0",
      "e4m3,1.75,119,120,119,119", "e4m3,1.76,119,120,119,120", "e4m3,448,127,128,127,127", "e4m3,449,127,128,127,128",
      "e4m3,480,127,128,127,128", "e4m3,496,127,128,128,128", "e4m3,512,128,128,128,128",
      "e5m2,1.876,112,113,113,113", "e5m2,57344,127,128,127,127", "e5m2,57345,127,128,127,128"})
  void powersOfTwo(String codes, float amax, long floor, long ceil, long even, long up) {
    NumberFormat format = CODES.stream().filter(candidate -> candidate.name().equals(codes)).findFirst().orElseThrow();
    assertEquals(List.of(floor, ceil, even, up),
        Stream.of(FLOOR, CEIL, EVEN, UP).map(rule -> code(rule, amax, format)).toList());
  }

  /** A logarithm in floating point is wrong next to powers of two; the exponent of the number is not. */
  @Test
  void nextToPowersOfTwo() {
    for (int exponent = -120; exponent <= 120; exponent++) {
      float power = Math.scalb(1f, exponent);
      int code = Math.clamp(exponent + 127 - 2, 0, 254);
      assertEquals(code, code(FLOOR, power, Formats.E2M1));
      assertEquals(Math.max(0, code - 1), code(FLOOR, Math.nextDown(power), Formats.E2M1));
      // 6 2^k is the largest that 2^k spans; the next f32 is not.
      float six = Math.scalb(6f, exponent);
      assertEquals(exponent + 127, code(UP, six, Formats.E2M1));
      assertEquals(exponent + 128, code(UP, Math.nextUp(six), Formats.E2M1));
    }
  }

  @Provide
  Arbitrary<Double> magnitudes() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, Float.floatToIntBits(Float.MAX_VALUE))
            .map(bits -> (double) Float.intBitsToFloat(bits)),
        Arbitraries.doubles().between(0, 1000),
        Arbitraries.integers().between(0, 5000).map(i -> i / 8.0));
  }

  @Provide
  Arbitrary<NumberFormat> codes() {
    return Arbitraries.of(CODES);
  }

  @Provide
  Arbitrary<NumberFormat> scales() {
    return Arbitraries.of(SCALES);
  }

  /** What a box is scaled by is a positive number of the format, whatever the rule. */
  @Property(tries = 3000)
  void everyScaleIsAPositiveNumberOfItsFormat(
      @ForAll ScaleRules rule, @ForAll("magnitudes") double amax, @ForAll("codes") NumberFormat codes,
      @ForAll("scales") NumberFormat scales) {
    double scale = scale(rule, amax, codes, scales);
    assertTrue(scale > 0 && scale <= scales.max(), () -> rule + " gives " + scale);
    assertEquals(scale, scales.round(scale));
  }

  @Property(tries = 3000)
  void scalesDoNotDecrease(
      @ForAll ScaleRules rule, @ForAll("magnitudes") double one, @ForAll("magnitudes") double other,
      @ForAll("codes") NumberFormat codes, @ForAll("scales") NumberFormat scales) {
    double least = rule.scale(Math.min(one, other), CodeRange.of(codes), scales);
    assertTrue(least <= rule.scale(Math.max(one, other), CodeRange.of(codes), scales));
  }

  /** The least scale by which the amax is no more than the largest code, where the format reaches so far. */
  @Property(tries = 3000)
  void upIsTheLeastThatClipsNothing(
      @ForAll("magnitudes") double amax, @ForAll("codes") NumberFormat codes, @ForAll("scales") NumberFormat scales) {
    double scale = scale(UP, amax, codes, scales);
    double most = codes.symmetricMax();
    assertTrue(amax <= scale * most || scale == scales.max());
    double below = scales.decode(scales.encode(scale, Rounding.NEAREST_EVEN) - 1);
    boolean isLeast = scale == scales.scaleOfZeros() || !(below < scale);
    assertTrue(isLeast || amax > below * most, () -> below + " would do for " + amax);
  }

  /** A half gap of the scale below the quotient, the largest element is beyond the largest code by 1/17 at most. */
  @Property(tries = 3000)
  void nearestClipsNoMoreThanTheScaleIsRounded(@ForAll("codes") NumberFormat codes) {
    for (int i = 0; i < 64; i++) {
      double amax = codes.max() * (1 + i / 64.0) * 8;
      double scale = scale(NEAREST, amax, codes, Formats.UE4M3);
      assertTrue(amax / scale <= codes.max() * 17 / 16 * (1 + 1e-12));
    }
  }

  /** 7.99 becomes 6, and 511 becomes 448. */
  @Test
  void floorClipsTheTopOfABinade() {
    assertEquals(1, scale(FLOOR, 7.99, Formats.E2M1, Formats.UE8M0));
    assertEquals(1, scale(FLOOR, 511, Formats.E4M3, Formats.UE8M0));
  }

  @Test
  void fullUsesAllCodes() {
    assertEquals(1, scale(FULL, 128, Formats.I8, Formats.F32));
    assertEquals(-128, FULL.leastCode(CodeRange.of(Formats.I8)));
    assertEquals(-127, NEAREST.leastCode(CodeRange.of(Formats.I8)));
    assertTrue(FULL.rejects(Formats.E4M3).isPresent());
    assertTrue(FULL.rejects(Formats.U8).isPresent());
    assertTrue(FULL.rejects(Formats.I4).isEmpty());
  }

  /**
   * Multiplying a box by a power of two multiplies the scale, and changes nothing else. But a quotient that is halfway
   * between two powers of two goes to the even exponent.
   */
  @Property
  void scalesFollowPowersOfTwo(
      @ForAll ScaleRules rule, @ForAll("codes") NumberFormat codes, @ForAll("magnitudes") double x) {
    double amax = 1 + x % 1;
    for (NumberFormat scales : rule.isQuotient() && rule != UP
        ? List.of(Formats.F32) : List.of(Formats.F32, Formats.UE8M0)) {
      assertEquals(32 * scale(rule, amax, codes, scales), scale(rule, 32 * amax, codes, scales));
    }
  }

  @Test
  void whatIsNoAmaxHasADefinedScale() {
    for (ScaleRules rule : ScaleRules.values()) {
      for (NumberFormat scales : SCALES) {
        assertEquals(Double.NaN, scale(rule, Double.NaN, Formats.I8, scales));
        assertEquals(Double.NaN, scale(rule, Double.POSITIVE_INFINITY, Formats.I8, scales));
        double zero = scale(rule, 0, Formats.I8, scales);
        assertEquals(scales.isForScales() ? scales.decode(scales.equals(Formats.UE8M0) ? 0 : 1) : 1, zero);
      }
      assertEquals(65504, scale(rule, 1e30, Formats.I8, Formats.F16), "what is finite stays finite");
    }
  }
}
