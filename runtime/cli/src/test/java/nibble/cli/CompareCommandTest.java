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
  private static final String DELAYED =
      "  quantize { weight = i8:channel, act = i8:tensor }\n  delay-scales { window = 2 }";
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
    // No kernel rounds these codes at random.
    Path random = recipe("random", "  quantize { weight = i8:channel, act = mxint8:token:stochastic(7,0) }");
    CommandRun run = compare("--recipes", "w8," + random, "--device", "emulator");
    List<String> lines = run.ok().out().lines().toList();
    assertTrue(lines.get(4).matches(
        "recipe +cosine +least +SQNR +max error +weights +saved +moved +modelled  computed by"), run.out());
    assertTrue(lines.get(5).matches("none .* 0\\.0%  +\\d+ kB +\\d+\\.\\d us  emulator"), run.out());
    assertTrue(lines.get(6).matches("w8 .*  0\\.99\\d{5} .*  emulator"), run.out());
    assertTrue(lines.get(7).contains("random.nib ") && lines.get(7).endsWith("  interpreter"), run.out());
    assertEquals(
        "moved and modelled: bytes that kernels read and write, and their time, by data sheets of A100; not measured",
        lines.get(9));
    assertEquals("no kernels, so the interpreter computed it:", lines.get(11));
    assertTrue(lines.get(12).startsWith("  " + random + ": "), run.out());
  }

  @Test
  void passesThatLookAtSamplesSeeMadeUpWeights() {
    Path sampled = recipe("sampled", "  smooth {}\n  cast { to = f16 }");
    compare("--recipes", sampled.toString(), "--device", "interpreter").ok();
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

  /** Scales of a first step know nothing of it, those of later ones the steps before. */
  @Test
  void laterStepsBeginWithTheStateOfThoseBefore() {
    Path delayed = recipe("delayed", DELAYED);
    for (String device : List.of("emulator", "interpreter")) {
      JsonNode recipes = compare("--recipes", delayed + ",w8", "--steps", "3", "--device", device, "--json")
          .ok().json().get("recipes");
      JsonNode steps = recipes.get(1).get("steps");
      assertEquals(3, steps.size());
      assertTrue(sqnr(steps.get(0)) + 10 < sqnr(steps.get(1)), steps::toString);
      assertEquals(sqnr(steps.get(2)), sqnr(recipes.get(1)));
      assertTrue(recipes.get(1).get("keepsState").booleanValue());
      assertFalse(recipes.get(2).get("keepsState").booleanValue());
      // Made-up inputs are others in each step, so that the outputs are, which each are compared with their own.
      for (int step = 0; step < 3; step++) {
        assertTrue(sqnr(recipes.get(0).get("steps").get(step)) > 120, recipes::toString);
        assertTrue(sqnr(recipes.get(2).get("steps").get(step)) > 20, recipes::toString);
      }
    }
  }

  /** What compare says of a step is what run says of it. */
  @Test
  void stepsAreThoseOfRun() {
    Path delayed = recipe("delayed", DELAYED);
    JsonNode compared = compare("--recipes", delayed.toString(), "--steps", "2", "--device", "emulator", "--json")
        .ok().json().get("recipes").get(1).get("steps");
    JsonNode run = CommandRun.of("run", SmallModel.nib(folder), "--made-up=3", "--size", "B=40", "--recipe", delayed,
        "--steps", "2", "--device", "emulator", "--verify", "--json").ok().json().get("steps");
    for (int step = 0; step < 2; step++) {
      assertEquals(sqnr(run.get(step).get("quantization")), sqnr(compared.get(step)), 1e-6);
    }
  }

  private static double sqnr(JsonNode node) {
    return node.get("sqnrDb").doubleValue();
  }

  @Test
  void textHasTheCosineOfEachStep() {
    Path delayed = recipe("delayed", DELAYED);
    String two = compare("--recipes", delayed.toString(), "--steps", "2", "--device", "interpreter").ok().out();
    assertTrue(two.contains(
        "\nsteps       2, each with the state that the one before left; the table is of the last one\n"), two);
    assertTrue(two.contains(" read and write in the first step, and their time"), two);
    assertTrue(two.matches(
        "(?s).*\ncosine in step +1 +2\nnone +1\\.0{7}  1\\.0{7}\n\\S+delayed.nib +0\\.\\d{7}  0\\.\\d{7}\n"), two);
    String many = compare("--recipes", "w8", "--steps", "9", "--device", "interpreter").ok().out();
    assertTrue(many.matches("(?s).*\ncosine in step +1 +2 +4 +8 +9\n.*"), many);
    String one = compare("--recipes", delayed + ",w8", "--device", "interpreter").ok().out();
    assertTrue(one.contains("\nfirst steps, whose state is zeros: of " + delayed + "; --steps has later ones\n"), one);
    assertFalse(one.contains("cosine in step"), one);
  }

  @Test
  void mistakesAreTold() {
    compare("--recipes", "w8", "--steps", "0")
        .failed(ExitCode.USAGE, "--steps 0: a run has one step or more", "give a number of steps");
    compare("--recipes", "w8", "--steps", "many").failed(ExitCode.USAGE, "--steps");
    compare("--recipes", "w8", "--state", "s.safetensors").failed(ExitCode.USAGE, "--state");
    compare("--recipes", "w8", "--input", "x=" + folder.resolve("x-{step}.npy"), "--steps", "2")
        .failed(ExitCode.COMPILE_ERROR, "x-1.npy");
    compare().failed(ExitCode.USAGE, "--recipes");
    compare("--recipes", "w9").failed(ExitCode.COMPILE_ERROR, "there is no recipe 'w9'", "did you mean 'w8'?");
    compare("--recipes", "w8", "--recipe", "w8").failed(ExitCode.USAGE, "there is no option '--recipe'", "--recipes");
    compare("--recipes", "w8", "--device", "tpu").failed(ExitCode.USAGE, "tpu");
    CommandRun.of("compare", folder.resolve("missing.nib"), "--recipes", "w8")
        .failed(ExitCode.COMPILE_ERROR, "missing.nib");
  }
}
