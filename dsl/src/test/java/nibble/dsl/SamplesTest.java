package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.op.MatMul;
import nibble.ir.op.Weight;
import nibble.ir.recipe.PathPattern;
import nibble.ir.recipe.Recipe;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The samples compile, and MiniLM asks its weight file for what that holds. */
class SamplesTest {
  private static final Path SAMPLES = Path.of("../samples");

  private static SourceFile sample(String name) {
    try {
      return SourceFile.read(SAMPLES.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names and shapes of the tensors in the weight file of all-MiniLM-L6-v2. */
  private static Map<String, TensorType> miniLmWeights() {
    ImmutableMap.Builder<String, TensorType> weights = ImmutableMap.builder();
    put(weights, "embeddings.word_embeddings.weight", 30522, 384);
    put(weights, "embeddings.position_embeddings.weight", 512, 384);
    put(weights, "embeddings.token_type_embeddings.weight", 2, 384);
    putNorm(weights, "embeddings.LayerNorm");
    for (int i = 0; i < 6; i++) {
      String layer = "encoder.layer." + i + ".";
      for (String part : List.of("query", "key", "value")) {
        putLinear(weights, layer + "attention.self." + part, 384, 384);
      }
      putLinear(weights, layer + "attention.output.dense", 384, 384);
      putNorm(weights, layer + "attention.output.LayerNorm");
      putLinear(weights, layer + "intermediate.dense", 384, 1536);
      putLinear(weights, layer + "output.dense", 1536, 384);
      putNorm(weights, layer + "output.LayerNorm");
    }
    return weights.buildOrThrow();
  }

  private static void put(ImmutableMap.Builder<String, TensorType> weights, String name, long... extents) {
    weights.put(name, TensorType.of(Shape.of(extents), Formats.F32));
  }

  private static void putNorm(ImmutableMap.Builder<String, TensorType> weights, String name) {
    put(weights, name + ".weight", 384);
    put(weights, name + ".bias", 384);
  }

  private static void putLinear(ImmutableMap.Builder<String, TensorType> weights, String name, long in, long out) {
    put(weights, name + ".MatMul", in, out);
    put(weights, name + ".bias", out);
  }

  private static Module miniLm() {
    CompileOptions options = CompileOptions.standard().withCatalog(WeightCatalog.of(miniLmWeights()));
    CompiledFile compiled = Nib.compile(sample("minilm/minilm.nib"), options);
    assertEquals(List.of(), compiled.warnings());
    return compiled.module().orElseThrow();
  }

  @Test
  void miniLmUsesEveryWeightOfItsFile() {
    Module module = miniLm();
    Verifier.require(module);
    Set<String> used = new HashSet<>();
    module.function("encode").orElseThrow().body().walk(operation -> {
      if (operation.op() instanceof Weight weight) {
        used.add(weight.key());
      }
    });
    assertEquals(miniLmWeights().keySet(), used);
  }

  @Test
  void miniLmTakesTokensAndGivesVectors() {
    Module module = miniLm();
    assertEquals("minilm", module.name());
    assertEquals(
        ImmutableMap.of("B", SymbolBounds.of("B"), "S", new SymbolBounds("S", 1, 8)), module.symbols());
    assertEquals(
        "[%ids: tensor<[B,S] x i32>, %mask: tensor<[B,S] x f32>]",
        module.function("encode").orElseThrow().parameters().stream()
            .map(value -> value + ": " + value.type()).toList().toString());
    assertEquals(
        "tensor<[B,384] x f32>",
        module.function("encode").orElseThrow().results().getFirst().type().toString());
  }

  @Test
  void recipePathsNameTheLinearLayersOfMiniLm() {
    CompiledFile compiled = Nib.compile(
        List.of(sample("minilm/minilm.nib"), sample("recipes/w8a8.nib")), CompileOptions.standard());
    Recipe.Clause quantize = compiled.recipes().get("w8a8").clauses().getFirst();
    assertEquals(ImmutableMap.of("weight", "i8:channel", "act", "i8:token"), quantize.options());
    List<PathPattern> patterns = quantize.at().stream().map(PathPattern::of).toList();
    Set<String> matched = new HashSet<>();
    compiled.module().orElseThrow().function("encode").orElseThrow().body().walk(operation -> {
      String path = operation.location().path();
      if (operation.op() instanceof MatMul && patterns.stream().anyMatch(pattern -> pattern.matches(path))) {
        matched.add(path);
      }
    });
    assertEquals(36, matched.size());
    assertTrue(matched.containsAll(List.of("layer[0].attn.q", "layer[5].attn.o", "layer[3].ffn.down")));
  }

  @TestFactory
  Stream<DynamicTest> everySampleCompilesAndIsFormatted() throws IOException {
    try (Stream<Path> files = Files.walk(SAMPLES)) {
      List<Path> programs = files.filter(file -> file.toString().endsWith(".nib")).sorted().toList();
      return programs.stream().map(program -> DynamicTest.dynamicTest(program.toString(), () -> {
        SourceFile source = SourceFile.read(program);
        Nib.compile(source, CompileOptions.standard());
        assertEquals(source.text(), NibFormatter.format(source));
      }));
    }
  }
}
