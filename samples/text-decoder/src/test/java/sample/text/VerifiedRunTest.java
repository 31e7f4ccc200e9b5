package sample.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import nibble.cli.Nibble;
import nibble.ir.op.Attention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code nibble run samples/text-decoder --recipe R --verify} on the PTX machine: every kernel is proven. */
class VerifiedRunTest {
  /** Of five boxes of an activation, one has a second level: a fifth. */
  @ParameterizedTest
  @CsvSource({"flash, 2, 60", "sage1, 2, 40", "fallback-rotated, 5, 38"})
  void everyKernelIsProven(String recipe, int texts, double leastDecibels, @TempDir Path folder) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> args = List.of(
        "run", Reader.FOLDER.toString(), "--device", "emulator", "--verify", "--recipe", recipe, "--json",
        "--input", "characters=" + fewer(folder, texts));
    assertEquals(0, Nibble.run(new PrintWriter(out), new PrintWriter(err), args), err.toString());
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertTrue(report.get("verified").asBoolean());
    assertFalse(report.has("wrong"));
    assertTrue(report.get("kernels").size() >= 3 * 7, report.get("kernels").size() + " kernels");
    report.get("kernels").forEach(kernel -> assertTrue(kernel.get("ok").asBoolean(), kernel.toString()));
    double decibels = report.get("quantization").get("sqnrDb").asDouble();
    System.out.printf(
        Locale.ROOT, "%s: %d launches proven, SQNR %.1f dB%n", recipe, report.get("kernels").size(), decibels);
    assertTrue(decibels >= leastDecibels, decibels + " dB");
  }

  /** The first texts of the sample's inputs, in a file. */
  private static Path fewer(Path folder, int texts) throws IOException {
    byte[] all = Files.readAllBytes(Reader.FOLDER.resolve("default-characters.npy"));
    String text = new String(all, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("(8, 64)"), text);
    int bytes = all.length - (8 - texts) * 64 * Integer.BYTES;
    return Files.writeString(
        folder.resolve("characters.npy"), text.substring(0, bytes).replace("(8, 64)", "(" + texts + ", 64)"),
        StandardCharsets.ISO_8859_1);
  }

  /** Rotated queries with shared keys, and a mask made of positions, are one op for each layer. */
  @Test
  void attentionIsFoundCausalWithSharedKeys() {
    try (Reader reader = Reader.of("flash")) {
      List<Attention> found = reader.prepared().prepared().body().operations().stream()
          .filter(operation -> operation.op() instanceof Attention)
          .map(operation -> {
            assertEquals(2, operation.operand(0).tensorType().shape().dim(-3).constant());
            assertEquals(1, operation.operand(1).tensorType().shape().dim(-3).constant());
            return (Attention) operation.op();
          }).toList();
      assertEquals(DecoderSizes.SAMPLE.layers(), found.size());
      found.forEach(attention -> assertEquals(Attention.Causal.TOP_LEFT, attention.causal()));
    }
  }
}
