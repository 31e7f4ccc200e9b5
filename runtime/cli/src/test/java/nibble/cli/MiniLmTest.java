package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs on the model of samples/minilm, checked against its real weights. */
class MiniLmTest {
  private static final Path MODEL = Path.of("../../samples/minilm/minilm.nib");
  private static final Path RECIPE = Path.of("../../samples/recipes/w8a8.nib");

  @TempDir private static Path folder;
  private static Path weights;

  @BeforeAll
  static void copyWeights() throws IOException {
    weights = folder.resolve("minilm.onnx");
    try (InputStream in = MiniLmTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      Files.copy(in, weights);
    }
  }

  @Test
  void printsOfEachPassReadBack() throws IOException {
    String printed =
        CommandRun.of("opt", MODEL, "--weights", weights, "--recipe", RECIPE, "--print-after", "all").ok().out();
    List<String> modules = modules(printed);
    assertEquals(9, modules.size(), "after each of eight passes, and at the end");
    assertEquals(modules.getLast(), modules.get(modules.size() - 2));
    Path dump = SmallModel.write(folder.resolve("dump.ir"), printed);
    assertEquals(modules, modules(CommandRun.of("opt", dump, "--weights", weights).ok().out()));
    // The passes do the same with what was printed: its last module is a fixed point of them.
    Path last = SmallModel.write(folder.resolve("last.ir"), modules.getLast());
    assertEquals(
        modules.getLast(),
        CommandRun.of("opt", last, "--weights", weights, "--passes", "canonicalize,fold-constants,cse,dce").ok().out());
  }

  private static List<String> modules(String dump) {
    return List.of(dump.split("(?m)^// -----.*\n")).stream().filter(module -> !module.isEmpty()).toList();
  }

  @Test
  void everyDecisionHasItsCost() {
    JsonNode decisions = CommandRun.of("explain", MODEL, "--weights", weights, "--recipe", RECIPE, "--json").ok().json()
        .get("decisions");
    List<JsonNode> quantized = decisions.valueStream()
        .filter(decision -> decision.get("pass").textValue().equals("quantize")
            && decision.get("subject").textValue().startsWith("weight ")).toList();
    assertEquals(36, quantized.size(), "six products in each of six layers");
    for (JsonNode decision : quantized) {
      assertEquals("applied", decision.get("outcome").textValue());
      assertTrue(decision.get("path").textValue().matches("layer\\[\\d]\\.(attn\\.[qkvo]|ffn\\.(up|down))"),
          decision::toString);
      assertTrue(decision.get("source").textValue().startsWith(MODEL + ":"), decision::toString);
      long before = Long.parseLong(decision.get("bytesBefore").textValue());
      long after = Long.parseLong(decision.get("bytesAfter").textValue());
      assertTrue(after > before / 4 && after < before / 4 * 1.02, decision::toString);
      assertTrue(decision.get("sqnrDb").doubleValue() > 25, decision::toString);
    }
  }
}
