package nibble.engine.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Tensor vector(double... elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length), Formats.F32), elements);
  }

  @Test
  void equalTensorsHaveNoNoise() {
    assertEquals(
        new Comparison(1, Double.POSITIVE_INFINITY, 0), Comparison.of(vector(3, 4), vector(3, 4)));
    assertEquals(new Comparison(1, Double.POSITIVE_INFINITY, 0), Comparison.of(vector(0, 0), vector(0, 0)));
  }

  @Test
  void noiseIsMeasuredInDecibels() {
    Comparison comparison = Comparison.of(vector(3, 4), vector(3, 4.5));
    assertEquals(10 * Math.log10(25 / 0.25), comparison.sqnrDb(), 1e-12);
    assertEquals(0.5, comparison.maxAbsError());
    assertEquals(27 / (5 * Math.sqrt(29.25)), comparison.cosine(), 1e-12);
  }

  @Test
  void whatPointsElsewhereHasANegativeCosine() {
    Comparison comparison = Comparison.of(vector(1, -2), vector(-1, 2));
    assertEquals(-1, comparison.cosine(), 1e-12);
    assertEquals(4, comparison.maxAbsError());
    assertEquals(10 * Math.log10(0.25), comparison.sqnrDb(), 1e-12);
  }

  @Test
  void sizesMustAgree() {
    assertThrows(IllegalArgumentException.class, () -> Comparison.of(vector(1, 2), vector(1)));
  }
}
