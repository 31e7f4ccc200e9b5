package sample.fashion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import sample.training.GradientCheck;
import sample.training.Parameter;

/** The hand-written gradients against central differences of the loss. */
class GradientTest {
  private static final int IMAGES = 3;
  private static final ModelSizes SMALL = new ModelSizes(8, 4, 24, 3, 40, 2, 5);
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
    GradientCheck check = new GradientCheck(this::loss, random);
    return model.parameters().stream().map(parameter -> DynamicTest.dynamicTest(
        parameter.name(), () -> assertEquals(0, check.worst(parameter), TOLERANCE)));
  }

  private double loss() {
    model.forward(levels);
    return model.crossEntropy(labels);
  }
}
