package sample.fashion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import nibble.cli.Nibble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code nibble run samples/fashion-vit --recipe R --verify} on the PTX machine: every kernel is proven. */
class VerifiedRunTest {
  private static final int IMAGES = 16;

  private static String run(String... more) {
    List<String> args = new ArrayList<>(List.of(
        "run", Classifier.FOLDER.toString(), "--device", "emulator"));
    args.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(0, Nibble.run(new PrintWriter(out), new PrintWriter(err), args), err.toString());
    return out.toString();
  }

  @ParameterizedTest
  @CsvSource({
      "f16, 50", "tf32, 50", "flash, 50", "w8a8, 25", "jetfire, 20", "fallback, 20", "fallback-sorted, 20",
      "fallback-rotated, 30", "fallback-transformed, 40", "int4-transformed, 17", "fp8, 20", "mxfp4, 12",
      "tetrajet2, 15", "w4a16, 18"})
  void everyKernelIsProven(String recipe, double leastDecibels) throws IOException {
    JsonNode report = new ObjectMapper().readTree(run("--verify", "--recipe", recipe, "--json"));
    assertTrue(report.get("verified").asBoolean());
    assertFalse(report.has("wrong"));
    assertEquals("emulator", report.get("device").asText());
    // Two layers of attention and a feed-forward net, in kernels.
    assertTrue(report.get("kernels").size() >= 2 * 8, report.get("kernels").size() + " kernels");
    report.get("kernels").forEach(kernel -> assertTrue(kernel.get("ok").asBoolean(), kernel.toString()));
    double decibels = report.get("quantization").get("sqnrDb").asDouble();
    System.out.printf(
        Locale.ROOT, "%s: %d launches proven, SQNR %.1f dB%n", recipe, report.get("kernels").size(), decibels);
    assertTrue(decibels >= leastDecibels, decibels + " dB");

    JsonNode classes = report.get("classes");
    assertEquals(IMAGES, classes.size());
    int right = 0;
    for (JsonNode row : classes) {
      right += row.get("class").equals(row.get("label")) ? 1 : 0;
      assertTrue(row.get("share").asDouble() > 0.1 && row.get("share").asDouble() <= 1, row.toString());
    }
    assertTrue(right >= 13, right + " of " + IMAGES);
  }

  /** Layouts and formats together, with weights that passes made: every kernel does what it is meant to. */
  @ParameterizedTest
  @ValueSource(strings = {"sparse24-e4m3", "mixed-sparse", "sparse12-tf32"})
  void kernelsOfSparseWeightsAreProven(String recipe) throws IOException {
    JsonNode report = new ObjectMapper().readTree(run("--verify", "--recipe", recipe, "--json"));
    assertTrue(report.get("verified").asBoolean());
    assertTrue(report.get("kernels").size() >= 2 * 8, report.get("kernels").size() + " kernels");
    report.get("kernels").forEach(kernel -> assertTrue(kernel.get("ok").asBoolean(), kernel.toString()));
  }

  @Test
  void peopleReadWhatTheImagesShow() {
    String text = run("--recipe", "w8a8");
    assertTrue(text.contains("\nclasses\n  1  ankle boot"), text);
    assertTrue(text.matches("(?s).*\\n1[3-6] of 16 are right\\n.*"), text);
  }
}
