package nibble.passes.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.MatMul;
import nibble.ir.recipe.Recipe;
import nibble.ir.recipe.Recipe.Clause;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.IrText;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.Test;

class RecipePipelineTest {
  private static final String SOURCE = """
      recipe w8a8 {
        quantize layer[*].attn.{q,k}, layer[*].mlp { weight = i8:channel, act = i8:token }
        cast { to = f16 }
      }
      """;

  private final PassRegistry registry = Plugins.none().passes();
  private final Module module = IrText.module("""
      func @main(%x: tensor<[B,64] x f32>) {
        %q = weight {key = "q"} : tensor<[64,64] x f32>
        %0 = matmul %x, %q {transposeB = false, to = f32} : tensor<[B,64] x f32> loc("m.nib":3:5 in layer[0].attn.q)
        %k = weight {key = "k"} : tensor<[64,64] x f32>
        %1 = transpose %k {axes = [1, 0]} : tensor<[64,64] x f32> loc("m.nib":4:9 in layer[0].attn.k)
        %2 = matmul %x, %1 {transposeB = false, to = f32} : tensor<[B,64] x f32> loc("m.nib":4:5 in layer[0].attn.k)
        %3 = matmul %0, %2 {transposeB = true, to = f32} : tensor<[B,B] x f32> loc("m.nib":5:5 in layer[0].attn)
        %m = weight {key = "m"} : tensor<[64,64] x f32>
        %4 = matmul %x, %m {transposeB = false, to = f32} : tensor<[B,64] x f32> loc("m.nib":6:5 in layer[0].mlp)
        return %3, %4
      }
      """);

  private static Recipe recipe(Clause... clauses) {
    return new Recipe("w8a8", "INT8 linears, f16 attention", ImmutableList.copyOf(clauses));
  }

  private static Clause quantize(Map<String, String> options, String... at) {
    return new Clause(
        "quantize", ImmutableList.copyOf(at), ImmutableMap.copyOf(options), Location.of("recipes.nib", 2, 3));
  }

  private static Clause cast(String format) {
    return new Clause(
        "cast", ImmutableList.of(), ImmutableMap.of("to", format), Location.of("recipes.nib", 3, 3));
  }

  @Test
  void aRecipeMeansItsClausesBetweenHeadAndTail() {
    Recipe recipe = recipe(
        quantize(ImmutableMap.of("weight", "i8:channel", "act", "i8:token"), "layer[*].attn.{q,k}", "layer[*].mlp"),
        cast("f16"));
    Pipeline pipeline = RecipePipeline.of(recipe, module, registry);
    assertEquals("canonicalize,"
        + "quantize{at=[layer[*].attn.{q,k}, layer[*].mlp], weight=i8:channel, act=i8:token},cast{to=f16},"
        + "fold-constants,canonicalize,fold-dequantize,cse,dce", registry.print(pipeline));
    PassRun run = PassManager.of(registry, PassEnvironment.of(registry.ir()))
        .validating(Validator.generated(1)).run(module, pipeline);
    assertEquals(List.of(), run.failures());
    List<Boolean> scaled = run.output().functions().get("main").body().operations().stream()
        .filter(operation -> operation.op() instanceof MatMul)
        .map(operation -> operation.operand(0).tensorType().isScaled()).toList();
    assertEquals(List.of(true, true, false, true), scaled);
    String text = Explanation.of(recipe, pipeline, run, registry).text();
    assertTrue(text.startsWith("recipe w8a8: INT8 linears, f16 attention\npipeline canonicalize,quantize{"), text);
    assertTrue(text.contains("\nquantize\n  applied layer[0].attn.q (m.nib:3:5): "
        + "activation, input %x to i8, scale<token, f32> - asked for at layer[*].attn.{q,k}"
        + " (256*B -> 68*B bytes)\n"), text);
    assertTrue(text.contains("\ncast\n  skipped layer[0].attn.q"), text);
  }

  @Test
  void allThatIsWrongIsReportedAtItsClause() {
    Recipe recipe = recipe(quantize(ImmutableMap.of("wieght", "i8:channel", "act", "i9:token")), cast("f17"));
    InputException refused =
        assertThrows(InputException.class, () -> RecipePipeline.of(recipe, module, registry));
    assertEquals("""
        error: quantize has no option 'wieght'
         --> recipes.nib:2:3
          |
        2 |   quantize layer[*].attn.{q,k}, layer[*].mlp { weight = i8:channel, act = i8:token }
          |   ^^^^^^^^
          = help: did you mean 'weight'?

        error: there is no number format 'i9'
         --> recipes.nib:2:3
          |
        2 |   quantize layer[*].attn.{q,k}, layer[*].mlp { weight = i8:channel, act = i8:token }
          |   ^^^^^^^^
          = help: did you mean 'i2'?

        error: there is no number format 'f17'
         --> recipes.nib:3:3
          |
        3 |   cast { to = f16 }
          |   ^^^^
          = help: did you mean 'f16'?

        3 errors
        """, new DiagnosticRenderer(Map.of("recipes.nib", SOURCE)).render(refused.diagnostics()));
  }

  @Test
  void whereOptionsAndPatternsStandIsTold() {
    Recipe.Stretch stretch = new Recipe.Stretch(Location.of("recipes.nib", 2, 50), 6);
    Recipe.Stretch first = new Recipe.Stretch(Location.of("recipes.nib", 2, 12), 20);
    Recipe.Stretch second = new Recipe.Stretch(Location.of("recipes.nib", 2, 34), 12);
    Clause clause = new Clause(
        "quantize", ImmutableList.of("layer[*].attn.q", "layer[*].mpl"), ImmutableMap.of("weight", "i9:channel"),
        Location.of("recipes.nib", 2, 3), new Recipe.Places(
            ImmutableList.of(first, second), ImmutableMap.of(), ImmutableMap.of("weight", stretch)));
    InputException value = assertThrows(
        InputException.class, () -> RecipePipeline.of(recipe(clause), module, registry));
    assertEquals("recipes.nib:2:50", value.diagnostics().getFirst().location().position().orElseThrow());
    assertEquals(6, value.diagnostics().getFirst().length());
    Clause fine = new Clause(
        "quantize", clause.at(), ImmutableMap.of("weight", "i8:channel"), clause.location(), clause.places());
    InputException pattern = assertThrows(
        InputException.class, () -> RecipePipeline.of(recipe(fine), module, registry));
    assertEquals(1, pattern.diagnostics().size());
    assertEquals("recipes.nib:2:34", pattern.diagnostics().getFirst().location().position().orElseThrow());
    assertEquals(12, pattern.diagnostics().getFirst().length());
  }

  @Test
  void aPatternThatMatchesNothingListsNearPaths() {
    Recipe recipe = recipe(quantize(ImmutableMap.of("act", "i8:token"), "layer[*].atn.*"));
    InputException refused =
        assertThrows(InputException.class, () -> RecipePipeline.of(recipe, module, registry));
    assertEquals("the path pattern 'layer[*].atn.*' of quantize matches no operation", refused.getMessage());
    assertEquals("near paths are layer[*].attn.k, layer[*].attn.q, layer[*].attn, layer[*].mlp",
        refused.diagnostics().getFirst().hint().orElseThrow());
    assertEquals("recipes.nib:2:3", refused.diagnostics().getFirst().location().position().orElseThrow());
  }

  @Test
  void anUnknownClauseSaysWhatThereIs() {
    Recipe recipe = recipe(new Clause(
        "quantise", ImmutableList.of(), ImmutableMap.of(), Location.of("recipes.nib", 2, 3)));
    InputException refused =
        assertThrows(InputException.class, () -> RecipePipeline.of(recipe, module, registry));
    assertEquals("there is no recipe clause 'quantise'", refused.getMessage());
    assertEquals("did you mean 'quantize'?", refused.diagnostics().getFirst().hint().orElseThrow());
  }
}
