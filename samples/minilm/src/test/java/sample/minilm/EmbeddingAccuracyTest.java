package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import nibble.engine.text.TokenBatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How near the embeddings that the kernels compute, on the PTX machine, are to those of ONNX Runtime in f32: the
 * cosine of each of the example sentences.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingAccuracyTest {
  private static final int BATCH = 16;
  /** Products in f32 have no tensor cores, so they take four times as long: some sentences must do. */
  private static final int F32_BATCHES = 3;
  private final List<double[][]> expected = new ArrayList<>();
  private List<TokenBatch> batches;

  @BeforeAll
  void encodeByTheOracle() throws OrtException {
    batches = Sentences.batches(Sentences.all(), BATCH);
    try (Oracle oracle = new Oracle(Encoder.sample().weights().orElseThrow().locate())) {
      for (TokenBatch batch : batches) {
        expected.add(oracle.encode(batch));
      }
    }
  }

  /**
   * The bars of {@code w8a8} are what the INT8 model that is published beside the f32 one reaches on such sentences
   * (per-channel weights, activations per tensor): a mean of 0.9916, and 0.985 at the least.
   */
  @ParameterizedTest
  @CsvSource({"f16, 0.9999, 0.9999", "bf16, 0.999, 0.999", "w8a8, 0.9916, 0.985"})
  void embeddingsAreThoseOfOnnxRuntime(String recipe, double mean, double minimum) {
    double[] cosines = cosines(recipe, batches.size());
    assertTrue(cosines.length >= 200, cosines.length + " sentences");
    assertNear(recipe, cosines, mean, minimum);
  }

  @Test
  void withoutARecipeOnlySumsAreInAnotherOrder() {
    assertNear("no recipe", cosines("none", F32_BATCHES), 0.9999999, 0.9999999);
  }

  private static void assertNear(String recipe, double[] cosines, double mean, double minimum) {
    double average = Arrays.stream(cosines).average().orElseThrow();
    System.out.printf(
        Locale.ROOT, "%s: cosine with ONNX Runtime over %d sentences: mean %.7f, p5 %.7f, minimum %.7f%n", recipe,
        cosines.length, average, cosines[cosines.length / 20], cosines[0]);
    assertTrue(average >= mean, "mean " + average);
    assertTrue(cosines[0] >= minimum, "minimum " + cosines[0]);
  }

  /** Sorted. */
  private double[] cosines(String recipe, int count) {
    List<Double> cosines = new ArrayList<>();
    try (Encoder encoder = Encoder.of(recipe)) {
      for (int i = 0; i < count; i++) {
        cosines.addAll(Doubles.asList(Oracle.cosines(expected.get(i), encoder.encode(batches.get(i)))));
      }
    }
    return cosines.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }
}
