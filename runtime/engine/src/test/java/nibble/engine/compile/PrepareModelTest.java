package nibble.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.Program;
import nibble.codegen.assemble.AssemblerChoice;
import nibble.codegen.assemble.Verdict;
import nibble.codegen.target.Targets;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Weight;
import nibble.passes.PassListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrepareModelTest {
  private static final String MODEL = """
      model tiny {
        size B
        layer: Linear at "layer"

        fn main(x: f32[B, 32]) -> f32[B, 16] { return gelu(layer(x)) }
      }

      block Linear {
        weight w: f32[32, 16]

        fn forward(x: f32[.., 32]) -> f32[.., 16] { return x @ w }
      }

      recipe half "in f16" { cast { to = f16 } }
      """;

  private final Toolchain toolchain = Toolchain.withPlugins(List.of());
  @TempDir private Path folder;

  private OpenModel open(RecipeChoice choice) throws IOException {
    return open(choice, MODEL);
  }

  private OpenModel open(RecipeChoice choice, String text) throws IOException {
    Path file = Files.writeString(folder.resolve("tiny.nib"), text);
    return ReadModel.read(
        ModelArgument.resolve(file, ModelOptions.NONE), choice, toolchain, ReadModel.Weights.IF_PRESENT);
  }

  private String pipeline(PrepareModel preparation, RecipeChoice choice) throws IOException {
    return toolchain.passes().print(preparation.pipeline(open(choice), choice));
  }

  @Test
  void aChoiceIsAPipeline() throws IOException {
    PrepareModel preparation = PrepareModel.with(toolchain);
    String none = pipeline(preparation, new RecipeChoice.None());
    assertFalse(none.contains("cast"), none);
    assertTrue(none.contains("canonicalize"), none);
    String half = pipeline(preparation, new RecipeChoice.Named("half"));
    assertTrue(half.contains("cast{to=f16}"), half);
    assertEquals("dce,cse", pipeline(preparation, new RecipeChoice.Passes("dce, cse")));
  }

  @Test
  void sizesAreFixedFirst() throws IOException {
    PrepareModel preparation = new PrepareModel(
        toolchain, ImmutableMap.of("B", 8L), ImmutableList.of(), false, ImmutableMap.of());
    String pipeline = pipeline(preparation, new RecipeChoice.Named("half"));
    assertTrue(pipeline.startsWith("specialize{B=8}"), pipeline);
    PreparedModel prepared =
        preparation.prepare(open(new RecipeChoice.Named("half")), new RecipeChoice.Named("half"));
    assertEquals("tensor<[8,16] x f32>", prepared.prepared().results().getFirst().type().toString());
    assertEquals("tensor<[B,16] x f32>", prepared.written().results().getFirst().type().toString());
  }

  @Test
  void listenersSeeEachPassAndValidationHoldsThemToTheirWord() throws IOException {
    List<String> seen = new ArrayList<>();
    PassListener listener = new PassListener() {
      @Override
      public void after(Step step, Module before, Module after) {
        seen.add(step.pass());
      }
    };
    PrepareModel preparation = new PrepareModel(
        toolchain, ImmutableMap.of(), ImmutableList.of(listener), true, ImmutableMap.of());
    PreparedModel prepared =
        preparation.prepare(open(new RecipeChoice.Named("half")), new RecipeChoice.Named("half"));
    assertEquals(seen, prepared.passes().steps().stream().map(step -> step.pass()).toList());
    assertTrue(prepared.passes().failures().isEmpty());
    assertTrue(prepared.passes().steps().stream().allMatch(step -> step.validation().isPresent()));
    assertEquals(2, prepared.passes().decisions().stream().filter(decision -> decision.pass().equals("cast")).count());
  }

  @Test
  void loweringKnowsThePlaceOfWhatItCannotDo() throws IOException {
    OpenModel model = open(new RecipeChoice.None(), """
        model tiny {
          size B
          fn main(x: f32[B, 4]) -> f64[B, 4] {
            return cast(x, f64)
          }
        }
        """);
    PreparedModel prepared = PrepareModel.with(toolchain).prepare(model, new RecipeChoice.None());
    InputException refused = assertThrows(InputException.class, () ->
        new LowerModel(toolchain).lower(prepared, Targets.get("sm_80")));
    Diagnostic why = refused.diagnostics().getFirst();
    assertTrue(why.message().contains("f64"), why.toString());
    assertEquals(4, why.location().line());
  }

  @Test
  void aCompiledModelIsKernelsWithAVerdict() throws IOException {
    RecipeChoice half = new RecipeChoice.Named("half");
    PreparedModel prepared = PrepareModel.with(toolchain).prepare(open(half), half);
    CompiledTarget compiled = CompiledTarget.of(
        new LowerModel(toolchain), prepared, Targets.get("sm_80"), AssemblerChoice.ofThisMachine());
    Program program = compiled.program();
    assertEquals("sm_80", compiled.target().name());
    assertEquals(program.module().text(), compiled.ptx());
    assertInstanceOf(Verdict.Assembled.class, compiled.verdict());
    assertEquals(1, program.inputs());
    assertEquals(Optional.of("w"), program.load().body().operations().stream()
        .filter(operation -> operation.op() instanceof Weight)
        .map(operation -> ((Weight) operation.op()).key().replaceFirst(".*\\.", "")).findFirst());
  }
}
