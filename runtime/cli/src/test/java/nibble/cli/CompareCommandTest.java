package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  @TempDir private Path folder;

  private Path recipe(String name, String clauses) {
    return SmallModel.write(folder.resolve(name + ".nib"),
        "recipe " + name + " \"of the test\" {\n" + clauses + "\n}\n");
  }

  private CommandRun compare(String... more) {
    return CommandRun.of(Stream.concat(
        Stream.of("compare", SmallModel.nib(folder), "--made-up=3", "--size", "B=40"),
        Stream.of(more)).toArray());
  }

  @Test
  void recipesStandSideBySide() {
    // No kernel takes zero points of less than a byte.
    Path affine = recipe("affine", "  quantize { weight = i8:channel, act = u4:token:zero(u4) }");
    CommandRun run = compare("--recipes", "w8," + affine, "--device", "emulator");
    List<String> lines = run.ok().out().lines().toList();
    assertTrue(lines.get(4).matches(
        "recipe +cosine +least +SQNR +max error +weights +saved +moved +modelled  computed by"), run.out());
    assertTrue(lines.get(5).matches("none .* 0\\.0%  +\\d+ kB +\\d+\\.\\d us  emulator"), run.out());
    assertTrue(lines.get(6).matches("w8 .*  0\\.99\\d{5} .*  emulator"), run.out());
    assertTrue(lines.get(7).contains("affine.nib ") && lines.get(7).endsWith("  interpreter"), run.out());
    assertEquals(
        "moved and modelled: bytes that kernels read and write, and their time, by data sheets of A100; not measured",
        lines.get(9));
    assertEquals("no kernels, so the interpreter computed it:", lines.get(11));
    assertTrue(lines.get(12).startsWith("  " + affine + ": "), run.out());
  }

  @Test
  void figuresAreThoseOfTheRun() {
    Path fallback = recipe("fallback", "  quantize { weight = i8:channel, act = i8:block(8,8):residual(i8) }");
    Path plain = recipe("plain", "  quantize { weight = i8:channel, act = i8:block(8,8) }");
    JsonNode recipes =
        compare("--recipes", plain + "," + fallback, "--device", "interpreter", "--json").ok().json().get("recipes");
    assertEquals(3, recipes.size());
    JsonNode none = recipes.get(0);
    assertEquals("none", none.get("recipe").textValue());
    // Weights of 16 x 32 and 32 x 16, biases of 32 and 16.
    assertEquals(4 * (2 * 16 * 32 + 32 + 16), none.get("weightBytes").longValue());
    assertEquals(0, none.get("places").intValue());
    assertEquals(0, none.get("saved").doubleValue());
    assertTrue(none.get("sqnrDb").doubleValue() > 120, none::toString);
    assertFalse(none.has("noKernels"));
    for (int i = 1; i < 3; i++) {
      JsonNode quantized = recipes.get(i);
      // Codes of a byte, and an f32 scale for each of 32 and 16 channels.
      assertEquals(2 * 16 * 32 + 2 * 4 * (32 + 16), quantized.get("weightBytes").longValue());
      assertEquals(4, quantized.get("places").intValue());
      assertEquals("interpreter", quantized.get("computedBy").textValue());
    }
    // Two levels of codes of the activations leave the error of weights alone.
    assertTrue(recipes.get(2).get("sqnrDb").doubleValue() > recipes.get(1).get("sqnrDb").doubleValue(),
        recipes::toString);
  }

  /** Passes that look at weights see those that are made up. */
  @Test
  void madeUpWeightsCalibrate() {
    Path rounded = recipe("rounded", "  quantize { weight = i4:channel }\n  round-weights {}");
    JsonNode recipes = compare("--recipes", rounded.toString(), "--device", "interpreter", "--json").ok().json()
        .get("recipes");
    assertTrue(recipes.get(1).get("places").intValue() >= 4, recipes::toString);
  }

  /** A classifier's inputs have classes, and so a share that is told right. */
  @Test
  void ofClassifiersTheShareThatIsRightStandsBeside() {
    CommandRun run =
        CommandRun.of("compare", "../../samples/fashion-vit", "--recipes", "w8a8", "--device", "interpreter");
    List<String> lines = run.ok().out().lines().toList();
    assertTrue(lines.get(4).matches("recipe .*  saved +moved +modelled +right  computed by"), run.out());
    assertTrue(lines.get(5).matches("none .* 0\\.0%  +\\d+ kB +\\d+\\.\\d us  +\\d+\\.\\d%  interpreter"), run.out());
    assertEquals("right: of 16 inputs whose class is known", lines.get(9));
    JsonNode recipe = CommandRun.of(
        "compare", "../../samples/fashion-vit", "--recipes", "w8a8", "--device", "interpreter", "--json")
        .ok().json().get("recipes").get(1);
    assertEquals(16, recipe.get("labelled").intValue());
    assertTrue(recipe.get("right").intValue() >= 12, recipe::toString);
  }

  @Test
  void mistakesAreTold() {
    compare().failed(ExitCode.USAGE, "--recipes");
    compare("--recipes", "w9").failed(ExitCode.COMPILE_ERROR, "there is no recipe 'w9'", "did you mean 'w8'?");
    compare("--recipes", "w8", "--recipe", "w8").failed(ExitCode.USAGE, "there is no option '--recipe'", "--recipes");
    compare("--recipes", "w8", "--device", "tpu").failed(ExitCode.USAGE, "tpu");
    CommandRun.of("compare", folder.resolve("missing.nib"), "--recipes", "w8")
        .failed(ExitCode.COMPILE_ERROR, "missing.nib");
  }
}
