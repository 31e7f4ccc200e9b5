package sample.fashion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The hand-written gradients against central differences of the loss, and the products against plain sums. */
class GradientTest {
  private static final int IMAGES = 3;
  private static final ModelSizes SMALL = new ModelSizes(8, 4, 24, 3, 40, 2, 5);
  private static final int DIRECTIONS = 4;
  /** Sums in f32 and the third derivative leave less than this: 0.1 percent of the slope have been seen. */
  private static final double TOLERANCE = 0.005;

  private final SplittableRandom random = new SplittableRandom(7);
  private final VisionTransformer model = new VisionTransformer(IMAGES, SMALL, random);
  private final float[] levels = new float[IMAGES * SMALL.image() * SMALL.image()];
  private final byte[] labels = new byte[IMAGES];

  /** Of every parameter, the slope of the loss along the gradient and along that with random signs. */
  @TestFactory
  Stream<DynamicTest> slopesAreThoseOfTheGradient() {
    for (int i = 0; i < levels.length; i++) {
      levels[i] = random.nextInt(256);
    }
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = (byte) random.nextInt(SMALL.kinds());
    }
    // Gains and biases shall be no ones and zeros.
    for (Parameter parameter : model.parameters()) {
      for (int i = 0; i < parameter.value().length; i++) {
        parameter.value()[i] += (float) (0.2 * random.nextGaussian());
      }
    }
    model.forward(levels);
    model.backward(labels);
    return model.parameters().stream().map(parameter -> DynamicTest.dynamicTest(parameter.name(), () -> {
      for (int direction = 0; direction < DIRECTIONS; direction++) {
        checkSlope(parameter, direction > 0);
      }
    }));
  }

  private void checkSlope(Parameter parameter, boolean signed) {
    float[] gradient = parameter.gradient();
    float[] direction = new float[gradient.length];
    double square = 0;
    for (int i = 0; i < gradient.length; i++) {
      square += gradient[i] * gradient[i];
    }
    double norm = Math.sqrt(square);
    assertTrue(norm > 1e-3, "no gradient");
    double slope = 0;
    for (int i = 0; i < gradient.length; i++) {
      double sign = signed && random.nextBoolean() ? -1 : 1;
      direction[i] = (float) (sign * gradient[i] / norm);
      slope += direction[i] * gradient[i];
    }
    double step = 0.004;
    double measured = (loss(parameter, direction, step) - loss(parameter, direction, -step)) / (2 * step);
    // Where signs nearly cancel, what counts is still the length of the gradient.
    assertEquals(slope, measured, TOLERANCE * norm);
  }

  private double loss(Parameter parameter, float[] direction, double step) {
    float[] value = parameter.value();
    float[] kept = value.clone();
    for (int i = 0; i < value.length; i++) {
      value[i] += (float) (step * direction[i]);
    }
    model.forward(levels);
    System.arraycopy(kept, 0, value, 0, kept.length);
    return model.crossEntropy(labels);
  }

  @Test
  void productsAreSumsOfProducts() {
    int[][] shapes = {{1, 1, 1}, {4, 7, 32}, {5, 3, 33}, {9, 16, 79}, {16, 64, 128}, {3, 0, 5}};
    for (int[] shape : shapes) {
      int m = shape[0];
      int k = shape[1];
      int n = shape[2];
      Gemm.Matrix a = new Gemm.Matrix(numbers(m * (k + 2) + 3), 3, k + 2);
      Gemm.Matrix b = new Gemm.Matrix(numbers(k * (n + 1) + 1), 1, n + 1);
      for (boolean add : new boolean[] {false, true}) {
        float[] before = numbers(m * (n + 3));
        float[] c = before.clone();
        Gemm.multiply(a, b, Gemm.Matrix.of(c, n + 3), m, k, n, add);
        for (int row = 0; row < m; row++) {
          for (int column = 0; column < n + 3; column++) {
            int at = row * (n + 3) + column;
            float sum = column >= n || add ? before[at] : 0;
            for (int i = 0; i < (column >= n ? 0 : k); i++) {
              sum = Math.fma(a.data()[3 + row * (k + 2) + i], b.data()[1 + i * (n + 1) + column], sum);
            }
            assertEquals(sum, c[at], 0f, m + " x " + k + " x " + n + " at " + row + ", " + column);
          }
        }
      }
    }
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
