package nibble.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Tensor vector(double... elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length), Formats.F32), elements);
  }

  @Test
  void equalTensorsHaveNoNoise() {
    assertEquals(Comparison.EQUAL, Comparison.of(vector(3, 4), vector(3, 4)));
    assertEquals(Comparison.EQUAL, Comparison.of(vector(0, 0), vector(0, 0)));
  }

  @Test
  void noiseIsMeasuredInDecibels() {
    Comparison comparison = Comparison.of(vector(3, 4), vector(3, 4.5));
    assertEquals(10 * Math.log10(25 / 0.25), comparison.sqnrDb(), 1e-12);
    assertEquals(0.5, comparison.maxAbsError());
    assertEquals(27 / (5 * Math.sqrt(29.25)), comparison.cosine(), 1e-12);
  }

  /** The figures of papers on attention: of 3, -4 and 5 and of what is 1, 0 and 2 from them. */
  @Test
  void distanceIsMeasuredAgainstMagnitude() {
    Comparison comparison = Comparison.of(vector(3, -4, 5), vector(2, -4, 7));
    assertEquals(3.0 / 12, comparison.relativeL1(), 1e-12);
    assertEquals(Math.sqrt(5.0 / 3), comparison.rmse(), 1e-12);
  }

  @Test
  void aPartIsComparedByItself() {
    double[] reference = {9, 3, -4, 5, 9};
    double[] other = {0, 2, -4, 7, 0};
    assertEquals(Comparison.of(vector(3, -4, 5), vector(2, -4, 7)), Comparison.of(reference, other, 1, 4));
  }

  @Test
  void whatPointsElsewhereHasANegativeCosine() {
    Comparison comparison = Comparison.of(vector(1, -2), vector(-1, 2));
    assertEquals(-1, comparison.cosine(), 1e-12);
    assertEquals(2, comparison.relativeL1(), 1e-12);
    assertEquals(4, comparison.maxAbsError());
    assertEquals(10 * Math.log10(0.25), comparison.sqnrDb(), 1e-12);
  }

  @Test
  void noiseAboveNothingIsInfinite() {
    Comparison comparison = Comparison.of(vector(0, 0), vector(0, 1));
    assertEquals(Double.POSITIVE_INFINITY, comparison.relativeL1());
    assertEquals(Double.NEGATIVE_INFINITY, comparison.sqnrDb());
    assertEquals(Math.sqrt(0.5), comparison.rmse(), 1e-12);
  }

  @Test
  void sizesMustAgree() {
    assertThrows(IllegalArgumentException.class, () -> Comparison.of(vector(1, 2), vector(1)));
  }
}
