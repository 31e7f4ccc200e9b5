package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import nibble.cli.Nibble;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code nibble run samples/minilm --recipe R --verify --json} on the PTX machine: every kernel of every recipe is
 * proven.
 */
class VerifiedRunTest {
  private static JsonNode run(String recipe) throws JsonProcessingException {
    List<String> args = new ArrayList<>(List.of(
        "run", Encoder.FOLDER.toString(), "--device", "emulator", "--verify", "--assemble", "--json"));
    if (!recipe.equals("none")) {
      args.addAll(List.of("--recipe", recipe));
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(0, Nibble.run(new PrintWriter(out), new PrintWriter(err), args), err.toString());
    return new ObjectMapper().readTree(out.toString());
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource({"none, 0.9999999, 120", "f16, 0.99999, 55", "flash, 0.99999, 55", "sage1, 0.999, 30", "bf16, 0.9999, 40",
      "w8a8, 0.99, 20", "jetfire, 0.99, 20", "fallback, 0.99, 20", "fallback-sorted, 0.99, 20",
      "int4-hadamard, 0.85, 6", "fp8, 0.99, 20", "mxfp8, 0.99, 20", "mxfp6, 0.99, 19", "mxfp4, 0.9, 8",
      "nvfp4, 0.95, 11",
      "w4a16, 0.9, 8"})
  void everyKernelIsProven(String recipe, double leastCosine, double leastDecibels) throws JsonProcessingException {
    JsonNode report = run(recipe);
    assertEquals("minilm.nib", report.get("model").asText().replaceFirst(".*/", ""));
    assertEquals(recipe, report.get("recipe").asText());
    assertEquals("emulator", report.get("device").asText());
    assertEquals("sm_80", report.get("target").asText());
    assertTrue(report.get("verified").asBoolean());
    assertFalse(report.has("wrong"));

    // Six layers of attention and a feed-forward net, in kernels.
    assertTrue(report.get("kernels").size() >= 6 * 8, report.get("kernels").size() + " kernels");
    assertEquals(report.get("launches").asInt(), report.get("kernels").size());
    report.get("kernels").forEach(VerifiedRunTest::assertProven);

    JsonNode cost = report.get("quantization");
    System.out.printf(Locale.ROOT, "%s: %d kernels proven; cosine %s, SQNR %s dB, max error %s%n", recipe,
        report.get("kernels").size(), cost.get("cosine"), cost.get("sqnrDb"), cost.get("maxAbsError"));
    assertTrue(cost.get("cosine").asDouble() >= leastCosine, cost.get("cosine").toString());
    assertTrue(cost.get("sqnrDb").asDouble() >= leastDecibels, cost.get("sqnrDb").toString());
    assertTrue(cost.get("maxAbsError").asDouble() > 0 && cost.get("maxAbsError").asDouble() < 0.1);

    JsonNode output = report.get("outputs").get(0);
    assertEquals("tensor<[8,384] x f32>", output.get("type").asText());
    for (String phase : List.of("read", "passes", "compile kernels", "run and prove", "compare", "assemble")) {
      assertTrue(report.get("seconds").get(phase).asDouble() > 0, phase);
    }
  }

  private static void assertProven(JsonNode kernel) {
    assertTrue(kernel.get("ok").asBoolean(), kernel.toString());
    assertTrue(kernel.get("maxError").asDouble() <= kernel.get("bound").asDouble(), kernel.toString());
    assertTrue(kernel.get("shareOfBound").asDouble() <= 1, kernel.toString());
    assertFalse(kernel.get("name").asText().isEmpty());
    assertFalse(kernel.get("op").asText().isEmpty());
    assertTrue(kernel.get("source").asText().matches(".*minilm\\.nib:\\d+:\\d+"), kernel.toString());
    for (String extents : List.of("grid", "block")) {
      assertEquals(3, kernel.get(extents).size());
      kernel.get(extents).forEach(extent -> assertTrue(extent.asInt() >= 1, kernel.toString()));
    }
    assertTrue(kernel.get("sharedBytes").asInt() >= 0);
    assertTrue(kernel.get("ptxas").get("registers").asInt() > 0, kernel.toString());
    assertEquals(0, kernel.get("ptxas").get("spillBytes").asInt(), kernel.toString());
  }
}
