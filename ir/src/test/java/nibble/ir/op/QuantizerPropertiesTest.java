package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.shape.Shape;

/** What every quantizer must satisfy, whatever its format. */
class QuantizerPropertiesTest {
  @Provide
  Arbitrary<NumberFormat> codes() {
    return Arbitraries.of(
        Formats.I8, Formats.I4, Formats.I2, Formats.E4M3, Formats.E5M2, Formats.E2M3, Formats.E3M2, Formats.E2M1,
        Formats.MXINT8);
  }

  @Provide
  Arbitrary<RoundingMode> modes() {
    return Arbitraries.of(
        Rounding.NEAREST_EVEN, Rounding.NEAREST_AWAY, Rounding.TOWARD_ZERO, new StochasticRounding(7, 0));
  }

  private static TensorType type(int length, NumberFormat codes, NumberFormat scales, ScaleRules rule) {
    ScaleLayout layout = new ScaleLayout(new Granularities.PerTensor(), scales).withRule(rule);
    return TensorType.of(Shape.of(length), codes).withScale(layout);
  }

  private static Tensor quantize(RoundingMode rounding, TensorType type, double... elements) {
    return new Quantize(rounding, type).eval(List.of(Tensor.of(type.plain(Formats.F32), elements)), type);
  }

  private static Tensor withScale(RoundingMode rounding, NumberFormat codes, double scale, double... elements) {
    TensorType type = type(elements.length, codes, Formats.F32, ScaleRules.NEAREST);
    Tensor x = Tensor.of(type.plain(Formats.F32), elements);
    return new Quantize(rounding, type).eval(List.of(x, Tensor.of(type.scaleType(), scale)), type);
  }

  /** Q1: every value of a format, in its range of symmetric codes, is its own code. */
  @Property
  void valuesAreTheirOwnCodes(
      @ForAll("codes") NumberFormat format, @ForAll("modes") RoundingMode mode,
      @ForAll @IntRange(min = -20, max = 20) int exponent) {
    double scale = Math.scalb(1.0, exponent);
    double[] values = new double[1 << format.bits()];
    Arrays.setAll(values, code -> {
      double value = format.decode(code);
      return Double.isFinite(value) ? Math.clamp(value, -format.symmetricMax(), format.symmetricMax()) * scale : 0;
    });
    assertArrayEquals(values, withScale(mode, format, scale, values).values());
  }

  /** Q2: codes do not decrease with the element, and are odd. */
  @Property
  void codesAreMonotoneAndOdd(
      @ForAll("codes") NumberFormat format, @ForAll("modes") RoundingMode mode,
      @ForAll @DoubleRange(min = -600, max = 600) double one,
      @ForAll @DoubleRange(min = -600, max = 600) double other) {
    double low = withScale(mode, format, 1.25, Math.min(one, other)).elements()[0];
    double high = withScale(mode, format, 1.25, Math.max(one, other)).elements()[0];
    assertTrue(low <= high);
    assertEquals(-withScale(mode, format, 1.25, one).elements()[0] + 0.0,
        withScale(mode, format, 1.25, -one).elements()[0] + 0.0);
  }

  /** Q3 and Q8: to nearest, no element is off by more than half a gap, and at random by less than a gap. */
  @Property(tries = 2000)
  void noElementIsOffByMoreThanAGap(
      @ForAll("codes") NumberFormat format, @ForAll("modes") RoundingMode mode,
      @ForAll @DoubleRange(min = -1, max = 1) double part) {
    double x = part * format.symmetricMax();
    double distance = Math.abs(withScale(mode, format, 1, x).values()[0] - x);
    double halfGap = format.roundingError(Math.abs(x));
    boolean nearest = mode == Rounding.NEAREST_EVEN || mode == Rounding.NEAREST_AWAY;
    assertTrue(nearest ? distance <= halfGap : distance < 2 * halfGap || distance == 0);
  }

  /** Q6: a power of two in front of a box changes its scale and nothing else. */
  @Property
  void powersOfTwoChangeTheScaleAlone(
      @ForAll("codes") NumberFormat format, @ForAll("modes") RoundingMode mode, @ForAll ScaleRules rule,
      @ForAll long seed, @ForAll @IntRange(min = -20, max = 20) int exponent) {
    ScaleRules fitting = rule.rejects(format).isEmpty() ? rule : ScaleRules.UP;
    boolean powers = !fitting.isQuotient() || fitting == ScaleRules.UP;
    TensorType type = type(16, format, powers ? Formats.UE8M0 : Formats.F32, fitting);
    Random random = new Random(seed);
    double[] x = random.doubles(16).map(d -> (float) (d - 0.5)).toArray();
    double factor = Math.scalb(1.0, exponent);
    Tensor one = quantize(mode, type, x);
    Tensor other = quantize(mode, type, Arrays.stream(x).map(value -> value * factor).toArray());
    assertArrayEquals(one.elements(), other.elements());
    assertEquals(one.scales()[0] * factor, other.scales()[0]);
  }

  /** Q9: an element's code depends on what it is and where it is, not on what is computed beside it. */
  @Property
  void drawsBelongToElements(@ForAll("codes") NumberFormat format, @ForAll long seed) {
    RoundingMode mode = new StochasticRounding(3, 5);
    double[] x = new Random(seed).doubles(5000).map(d -> (d - 0.5) * format.symmetricMax()).toArray();
    double[] all = withScale(mode, format, 1, x).elements();
    double[] some = withScale(mode, format, 1, Arrays.copyOf(x, 1003)).elements();
    assertArrayEquals(Arrays.copyOf(all, 1003), some);
    double[] again = withScale(new StochasticRounding(3, 5), format, 1, x).elements();
    assertArrayEquals(all, again);
  }
}
