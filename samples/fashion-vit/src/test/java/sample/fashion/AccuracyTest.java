package sample.fashion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How many of 2,000 test images the model tells right with each recipe, interpreted with the roundings of kernels. None
 * of them was seen in training.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccuracyTest {
  private static final int BATCH = 500;
  private static final int KINDS = ModelSizes.SAMPLE.kinds();
  private final FashionImages images = Classifier.testImages();
  private Counts f32;

  /** Images that are told right, and those of which two recipes say the same. */
  private record Counts(int[] guesses, int right) {
    double percent() {
      return 100.0 * right / guesses.length;
    }

    int same(Counts other) {
      int same = 0;
      for (int i = 0; i < guesses.length; i++) {
        same += guesses[i] == other.guesses[i] ? 1 : 0;
      }
      return same;
    }
  }

  @BeforeAll
  void classifyInF32() {
    f32 = count("none");
  }

  private Counts count(String recipe) {
    int[] guesses = new int[images.count()];
    int right = 0;
    try (Classifier classifier = Classifier.of(recipe)) {
      for (int from = 0; from < images.count(); from += BATCH) {
        float[] logits = classifier.classify(images, from, BATCH);
        for (int i = 0; i < BATCH; i++) {
          guesses[from + i] = Training.largest(logits, i * KINDS, KINDS);
          right += guesses[from + i] == images.labels()[from + i] ? 1 : 0;
        }
      }
    }
    return new Counts(guesses, right);
  }

  @Test
  void inF32MostImagesAreToldRight() {
    assertEquals(2000, images.count());
    System.out.printf(Locale.ROOT, "f32: %.2f %% of %d images%n", f32.percent(), images.count());
    assertTrue(f32.percent() >= 88, f32.percent() + " %");
  }

  /** The bars of recipes of 8 bits and more are half a point; those of fewer bits guard what has been reached. */
  @ParameterizedTest
  @CsvSource({
    "f16, 0.5", "bf16, 0.5", "tf32, 0.5", "w8a8, 0.5", "fp8, 0.5", "mxfp8, 0.5", "jetfire, 0.5", "fallback, 0.5",
    "mxfp6, 0.5", "w4a16, 1", "nvfp4, 1", "mxfp4, 2.5", "int4-hadamard, 2.5", "coat, 0.5", "jetfire-dataflow, 0.5",
    "mixed-nvfp4-int8, 0.5", "mxfp8-mixed, 0.5", "tetrajet2, 1", "requant, 1", "sparse24, 5",
    "sparse24-calibrated, 2.5", "sparse24-e4m3, 5", "sparse12-tf32, 8", "vnm-i8, 10", "mixed-sparse, 12", "iodf, 0.5"
  })
  void recipesCostLittle(String recipe, double points) {
    Counts counts = count(recipe);
    System.out.printf(Locale.ROOT, "%s: %.2f %% of %d images, %+.2f points; as in f32: %.2f %%%n", recipe,
        counts.percent(), images.count(), counts.percent() - f32.percent(),
        100.0 * counts.same(f32) / images.count());
    assertTrue(counts.percent() >= f32.percent() - points, counts.percent() + " %, f32 " + f32.percent() + " %");
  }
}
