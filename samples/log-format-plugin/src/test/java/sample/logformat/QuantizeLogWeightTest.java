package sample.logformat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.eval.Tensor;
import nibble.ir.recipe.Recipe;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.recipe.RecipePipeline;
import nibble.passes.spi.Plugins;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;

class QuantizeLogWeightTest {
  private static final String MODEL = """
      module @model {
        symbol B
        func @main(%x: tensor<[B,8] x f32>) {
          %w = weight {key = "up"} : tensor<[8,6] x f32>
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,6] x f32> loc("m.nib":3:5 in layer[0].mlp.up)
          %v = weight {key = "down"} : tensor<[8,6] x f32>
          %1 = matmul %0, %v {transposeB = true, to = f32} : tensor<[B,8] x f32> loc("m.nib":4:5 in layer[0].mlp.down)
          return %1
        }
      }
      """;

  /** Found on the class path, as it would be on that of the command. */
  private final Plugins plugins = Plugins.onClassPath();
  private final Module module = Parser.parse(MODEL, "model.ir", plugins.registry());

  private PassRun run(Pipeline pipeline) {
    PassEnvironment environment = PassEnvironment.of(plugins.registry())
        .withWeights((key, type) -> Tensor.generate(type, i -> Math.sin(i + 1)));
    PassRun run = PassManager.of(plugins.passes(), environment)
        .validating(Validator.of(environment, 1))
        .run(module, pipeline);
    assertEquals(List.of(), run.failures());
    return run;
  }

  @Test
  void thePluginIsFound() {
    assertEquals(List.of("log-format"), plugins.loaded().stream().map(plugin -> plugin.name()).toList());
    assertTrue(plugins.registry().format("log5").isPresent());
    assertTrue(plugins.passes().passes().containsKey("log-weights"));
  }

  @Test
  void theClauseOfARecipeQuantizesWhatItMatches() {
    Recipe recipe = new Recipe("shift", "", ImmutableList.of(new Recipe.Clause(
        "log", ImmutableList.of("layer[*].mlp.up"), ImmutableMap.of(), Location.UNKNOWN)));
    Pipeline pipeline = RecipePipeline.of(recipe, module, plugins.passes());
    assertTrue(plugins.passes().print(pipeline).contains(",log-weights{at=layer[*].mlp.up},"));
    PassRun run = run(pipeline);
    String text = Printer.print(run.output(), plugins.registry());
    assertTrue(text.contains("quantize %w {rounding = nearest_even} : tensor<[8,6] x log5, scale<axis 1, f32>>"), text);
    assertEquals(run.output(), Parser.parse(text, "output.ir", plugins.registry()));
    assertEquals(1, run.decisions().size());
    String decision = run.decisions().getFirst().text();
    assertTrue(decision.startsWith("applied layer[0].mlp.up (m.nib:3:5): weight 'up' to log5 - "
        + "a product with it is a shift (192 -> 72 bytes, SQNR 1"), decision);
  }

  @Test
  void theChannelIsTheOuterAxis() {
    String text = Printer.print(run(plugins.passes().parse("log-weights")).output(), plugins.registry());
    assertTrue(text.contains("quantize %v {rounding = nearest_even} : tensor<[8,6] x log5, scale<axis 0, f32>>"), text);
  }

  @Test
  void doesNotFireOnActivations() {
    Pipeline pipeline = plugins.passes().parse("log-weights");
    Module once = run(pipeline).output();
    PassManager manager = PassManager.of(plugins.passes(), PassEnvironment.of(plugins.registry()));
    assertSame(once, manager.run(once, pipeline).output());
  }

  @Test
  void theBuiltInPassTakesTheFormatToo() {
    PassRun run = run(plugins.passes().parse("quantize{weight=log5:channel, act=i8:token},fold-dequantize,dce"));
    String text = Printer.print(run.output(), plugins.registry());
    assertTrue(text.contains("matmul") && !text.contains("dequantize"), text);
  }
}
