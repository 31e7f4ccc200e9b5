package sample.fashion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import nibble.engine.file.WeightFile;
import org.junit.jupiter.api.Test;
import sample.training.Parameter;

/** The program that trained the weights: it learns, the same each time, and its model is that of the sample. */
class TrainingTest {
  private static final ModelSizes SMALL = new ModelSizes(28, 7, 32, 2, 32, 1, 10);
  private static final int BATCH = 50;
  private static final int EPOCHS = 3;

  private final FashionImages images = Classifier.testImages();

  @Test
  void trainingLearnsTheSameEachTime() {
    List<Double> losses = new ArrayList<>();
    Training first = new Training(SMALL, BATCH, images, 1);
    double before = first.accuracy(images);
    first.run(EPOCHS, (epoch, loss) -> losses.add(loss));
    assertEquals(EPOCHS, losses.size());
    assertTrue(losses.getLast() < 0.7 * losses.getFirst(), losses.toString());
    assertTrue(before < 0.3 && first.accuracy(images) > 0.6, before + " before");

    Training second = new Training(SMALL, BATCH, images, 1);
    second.run(EPOCHS, (epoch, loss) -> assertEquals(losses.get(epoch), loss));
    assertArrayEquals(first.model().forward(batch()), second.model().forward(batch()));
  }

  private float[] batch() {
    float[] levels = new float[BATCH * images.edge() * images.edge()];
    for (int i = 0; i < BATCH; i++) {
      images.copy(i, false, levels, i * images.edge() * images.edge());
    }
    return levels;
  }

  /** The trainer's f32 arithmetic and the interpreted language know nothing of each other. */
  @Test
  void theModelThatIsTrainedIsThatOfTheSample() {
    VisionTransformer model = new VisionTransformer(BATCH, ModelSizes.SAMPLE, new SplittableRandom(1));
    Map<String, Parameter> parameters =
        model.parameters().stream().collect(Collectors.toMap(Parameter::name, parameter -> parameter));
    try (WeightFile weights = WeightFile.open(Classifier.sample().weights().orElseThrow().locate())) {
      assertEquals(parameters.keySet(), weights.names());
      parameters.forEach((name, parameter) -> {
        double[] values = weights.weight(name, weights.find(name).orElseThrow()).values();
        for (int i = 0; i < values.length; i++) {
          parameter.value()[i] = (float) values[i];
        }
      });
    }
    float[] expected = model.forward(batch());
    try (Classifier classifier = Classifier.of("none")) {
      assertArrayEquals(expected, classifier.classify(images, 0, BATCH), 1e-3f);
    }
  }

  @Test
  void aMirroredImageRunsTheOtherWay() {
    float[] plain = new float[784];
    float[] mirrored = new float[785];
    images.copy(3, false, plain, 0);
    images.copy(3, true, mirrored, 1);
    for (int row = 0; row < 28; row++) {
      for (int column = 0; column < 28; column++) {
        assertEquals(plain[row * 28 + column], mirrored[1 + row * 28 + 27 - column]);
      }
    }
  }
}
