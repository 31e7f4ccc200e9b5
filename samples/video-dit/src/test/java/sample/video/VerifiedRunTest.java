package sample.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import nibble.cli.Nibble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code nibble run samples/video-dit --recipe R --verify} on the PTX machine: every kernel is proven. */
class VerifiedRunTest {
  @ParameterizedTest
  @CsvSource({
      "bf16, 40", "w8a8, 25", "sparge, 60", "sparge2, 18", "sla, 11", "sla2, 8", "svg, 19", "svg2, 19", "turbo, 16",
      "delta-cache, 60", "six-bit, 20"})
  void everyKernelIsProven(String recipe, double leastDecibels) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> args = List.of("run", ".", "--device", "emulator", "--verify", "--recipe", recipe, "--json");
    assertEquals(0, Nibble.run(new PrintWriter(out), new PrintWriter(err), args), err.toString());
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertTrue(report.get("verified").asBoolean());
    report.get("kernels").forEach(kernel -> assertTrue(kernel.get("ok").asBoolean(), kernel.toString()));
    double decibels = report.get("quantization").get("sqnrDb").asDouble();
    System.out.printf(
        Locale.ROOT, "%s: %d launches proven, SQNR %.1f dB%n", recipe, report.get("kernels").size(), decibels);
    assertTrue(decibels >= leastDecibels, decibels + " dB");
  }
}
