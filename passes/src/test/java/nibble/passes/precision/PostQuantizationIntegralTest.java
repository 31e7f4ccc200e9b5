package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.MatMul;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class PostQuantizationIntegralTest {
  private static final Tensor X = random(1, 3, 5, 6);
  private static final Tensor W = random(2, 6, 4);

  private static Tensor random(long seed, long... extents) {
    Random random = new Random(seed);
    TensorType type = TensorType.of(Shape.of(extents), Formats.F64);
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    Arrays.setAll(elements, i -> random.nextGaussian());
    return Tensor.of(type, elements);
  }

  private static Tensor rounded(Tensor tensor) {
    double[] rounded = tensor.elements().clone();
    Arrays.setAll(rounded, i -> Math.rint(2 * rounded[i]) / 2);
    return tensor.withElements(rounded);
  }

  private static double loss(Tensor weights) {
    MatMul product = new MatMul(false, Formats.F64);
    TensorType result = product.infer(List.of(X.type(), W.type()));
    double[] exact = product.eval(List.of(X, W), result).values();
    double[] other = product.eval(List.of(X, weights), result).values();
    double sum = 0;
    for (int i = 0; i < exact.length; i++) {
      sum += (exact[i] - other[i]) * (exact[i] - other[i]);
    }
    return sum;
  }

  /** The sum of the parts is the loss, and not an estimate of it. */
  @Test
  void partsAddUpToTheLoss() {
    Tensor quantized = rounded(W);
    double[] parts = PostQuantizationIntegral.of(X).parts(W, quantized, 0);
    assertEquals(loss(quantized), Arrays.stream(parts).sum(), 1e-10);
  }

  /** One interval of the midpoint rule is exact; so are 32, as the paper takes. */
  @Test
  void moreIntervalsGiveTheSame() {
    Tensor quantized = rounded(W);
    double[] parts = new double[W.size()];
    double step = 1e-6;
    for (int interval = 0; interval < 32; interval++) {
      double t = (interval + 0.5) / 32;
      for (int i = 0; i < parts.length; i++) {
        double change = quantized.elements()[i] - W.elements()[i];
        double[] at = W.elements().clone();
        Arrays.setAll(at, j -> at[j] + t * (quantized.elements()[j] - at[j]));
        at[i] += step;
        double above = loss(W.withElements(at));
        at[i] -= 2 * step;
        double below = loss(W.withElements(at));
        parts[i] += change * (above - below) / (2 * step) / 32;
      }
    }
    // Differences of a quadratic function are its gradient, but for cancellation.
    assertArrayEquals(parts, PostQuantizationIntegral.of(X).parts(W, quantized, 0), 1e-6);
  }

  @Test
  void weightsMayBeStoredWithTheirInnerAxisLast() {
    Tensor turned = Tensor.generate(
        TensorType.of(Shape.of(4, 6), Formats.F64), i -> W.elements()[i % 6 * 4 + i / 6]);
    double[] parts = PostQuantizationIntegral.of(X).parts(W, rounded(W), 0);
    double[] other = PostQuantizationIntegral.of(X).parts(turned, rounded(turned), 1);
    for (int i = 0; i < other.length; i++) {
      assertEquals(parts[i % 6 * 4 + i / 6], other[i], 1e-12);
    }
  }

  @Test
  void whatIsNotChangedHasNoPart() {
    assertArrayEquals(new double[W.size()], PostQuantizationIntegral.of(X).parts(W, W, 0));
  }
}
