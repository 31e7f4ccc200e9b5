package nibble.ir.bound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApproximateTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @CsvSource({
      "1, 0.5, 1.5, true", "1, 0.5, 0.5, true", "1, 0.5, 1.6, false", "1, 0, 1, true", "0, 0, -0.0, true",
      "1, 0.5, NaN, false", "1, 0.5, Infinity, false", "Infinity, 0, Infinity, true", "Infinity, 1, -Infinity, false",
      "Infinity, 1, 1e308, false", "-Infinity, 0, NaN, false"})
  void aBoundedElement(double exact, double bound, double computed, boolean within) {
    Approximate.Verdict verdict = approximate(exact, bound).judge(vector(computed));
    assertEquals(within ? 0 : 1, verdict.outside());
    assertEquals(0, verdict.unbounded());
    assertEquals(within, verdict.isProven());
  }

  @ParameterizedTest
  @CsvSource({"1, Infinity, 1", "1, NaN, 1", "NaN, 0, NaN", "NaN, 5, 1", "Infinity, Infinity, Infinity"})
  void anUnboundedElementIsNotProvenWhateverComes(double exact, double bound, double computed) {
    Approximate approximate = approximate(exact, bound);
    assertFalse(approximate.isBounded(0));
    assertEquals(INFINITY, approximate.error()[0]);
    Approximate.Verdict verdict = approximate.judge(vector(computed));
    assertEquals(1, verdict.unbounded());
    assertEquals(-1, verdict.worst());
    assertFalse(verdict.isProven());
  }

  @Test
  void theWorstIsTheFirstOutsideElseTheNearestToItsBound() {
    Approximate approximate = new Approximate(vector(0, 0, 0, 0), new double[] {1, 1, 2, INFINITY});
    Approximate.Verdict within = approximate.judge(vector(0.1, 0.9, 1.7, 77));
    assertEquals(new Approximate.Verdict(4, 1, 0, 1, 0.9, 1), within);
    assertEquals(new Approximate.Verdict(4, 1, 2, 1, 3, 1), approximate.judge(vector(0.1, 3, 99, 77)));
  }

  @Test
  void boundsAreInUnitsOfValues() {
    TensorType type = TensorType.of(Shape.of(1, 2), Formats.I8)
        .withScale(new ScaleLayout(new Granularities.PerTensor(), Formats.F32));
    Tensor exact = new Tensor(type, new double[] {10, 20}, new double[] {0.5});
    Tensor computed = new Tensor(type, new double[] {20, 38}, new double[] {0.25});
    Approximate.Verdict verdict = new Approximate(exact, new double[] {0.5, 0.5}).judge(computed);
    assertEquals(new Approximate.Verdict(2, 0, 0, 1, 0.5, 0.5), verdict);
  }

  @Test
  void refusesWhatIsNoBound() {
    assertThrows(IllegalArgumentException.class, () -> approximate(1, -1));
    assertThrows(IllegalArgumentException.class, () -> new Approximate(vector(1, 2), new double[1]));
    assertThrows(IllegalArgumentException.class, () -> approximate(1, 1).judge(vector(1, 2)));
  }

  @Test
  void theBoundsOfTheCallerStayAsTheyAre() {
    double[] bounds = {Double.NaN, 1};
    Approximate approximate = new Approximate(vector(1, 2), bounds);
    assertTrue(Double.isNaN(bounds[0]));
    assertEquals(INFINITY, approximate.error()[0]);
  }

  @Test
  void givenValuesAreExact() {
    assertTrue(Approximate.given(vector(1, 2)).isExact());
    assertFalse(approximate(1, 1e-300).isExact());
    assertFalse(Approximate.given(vector(Double.NaN)).isExact());
  }

  @Test
  void gamma() {
    assertEquals(3 * 0x1p-24 / (1 - 3 * 0x1p-24), ErrorModel.gamma(3, 0x1p-24));
    assertEquals(0, ErrorModel.gamma(0, 0x1p-24));
    assertEquals(INFINITY, ErrorModel.gamma(0x1p24, 0x1p-24));
  }

  private static Approximate approximate(double exact, double bound) {
    return new Approximate(vector(exact), new double[] {bound});
  }

  private static Tensor vector(double... elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length), Formats.F32), elements);
  }
}
