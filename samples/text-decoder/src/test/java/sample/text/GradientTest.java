package sample.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import sample.training.GradientCheck;
import sample.training.Parameter;

/** The hand-written gradients against central differences of the loss: causal attention with shared keys among them. */
class GradientTest {
  private static final int SEQUENCES = 3;
  private static final int TOKENS = 7;
  private static final DecoderSizes SMALL = new DecoderSizes(11, 24, 6, 2, 40, 2);
  /** Sums in f32 and the third derivative leave less than this. */
  private static final double TOLERANCE = 0.005;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Decoder model = new Decoder(SEQUENCES, TOKENS, SMALL, random);
  private final byte[] characters = new byte[SEQUENCES * TOKENS];
  private final byte[] next = new byte[SEQUENCES * TOKENS];

  @TestFactory
  Stream<DynamicTest> slopesAreThoseOfTheGradient() {
    for (int i = 0; i < characters.length; i++) {
      characters[i] = (byte) random.nextInt(SMALL.characters());
      next[i] = (byte) random.nextInt(SMALL.characters());
    }
    // Gains shall be no ones, and rows of the table not so small that their norms are steep.
    for (Parameter parameter : model.parameters()) {
      for (int i = 0; i < parameter.value().length; i++) {
        parameter.value()[i] += (float) (0.2 * random.nextGaussian());
      }
    }
    model.forward(characters);
    model.backward(characters, next);
    GradientCheck check = new GradientCheck(this::loss, random);
    return model.parameters().stream().map(parameter -> DynamicTest.dynamicTest(
        parameter.name(), () -> assertEquals(0, check.worst(parameter), TOLERANCE)));
  }

  private double loss() {
    model.forward(characters);
    return model.crossEntropy(next);
  }
}
