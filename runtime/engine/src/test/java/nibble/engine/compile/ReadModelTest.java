package nibble.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ReadModelTest {
  private static final String MODEL = """
      model tiny {
        size B
        weight w: f32[3, 3]

        fn main(x: f32[B, 3]) -> f32[B, 3] { return x @ w }
      }

      recipe half "in f16" { cast { to = f16 } }
      """;
  private static final String TWO_FUNCTIONS = """
      module @m {
        func @one(%x: tensor<[2] x f32>) {
          return %x
        }
        func @two(%x: tensor<[2] x f32>) {
          return %x
        }
      }
      """;

  private final Toolchain toolchain = Toolchain.withPlugins(List.of());
  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private OpenModel read(Path model, RecipeChoice choice, Optional<Path> weights, ReadModel.Weights need) {
    ModelArgument argument =
        ModelArgument.resolve(model, new ModelOptions(Optional.empty(), weights, Map.of()));
    return ReadModel.read(argument, choice, toolchain, need);
  }

  private OpenModel read(Path model, RecipeChoice choice) {
    return read(model, choice, Optional.empty(), ReadModel.Weights.REQUIRED);
  }

  private Path weights(int rows) {
    Path file = folder.resolve("w" + rows + ".safetensors");
    Tensor w = Tensor.of(TensorType.of(Shape.of(rows, 3), Formats.F32), new double[rows * 3]);
    SafetensorsFile.write(file, Map.of("w", HostTensor.encode(w)), Map.of());
    return file;
  }

  private static Diagnostic refused(Executable reading) {
    return assertThrows(InputException.class, reading).diagnostics().getFirst();
  }

  @Test
  void aModelWithoutARecipe() throws IOException {
    try (OpenModel model = read(write("tiny.nib", MODEL), new RecipeChoice.None())) {
      assertEquals("tiny", model.module().name());
      assertEquals("main", model.entry(model.module()).name());
      assertEquals(Optional.empty(), model.recipe());
      assertEquals(Optional.empty(), model.weights());
    }
  }

  @Test
  void recipesAreInTheModelFileOrInAFolderOrAFile() throws IOException {
    Path model = write("tiny.nib", MODEL);
    assertEquals("in f16", read(model, new RecipeChoice.Named("half")).recipe().orElseThrow().summary());
    Path beside = write("recipes/other.nib", "recipe other \"in bf16\" { cast { to = bf16 } }\n");
    assertEquals("in bf16", read(model, new RecipeChoice.Named("other")).recipe().orElseThrow().summary());
    assertEquals("in bf16", read(model, new RecipeChoice.Named(beside.toString())).recipe().orElseThrow().summary());
    Path another = write("any/name.nib", "recipe x { cast { to = f16 } }\n");
    assertEquals("x", read(model, new RecipeChoice.Named(another.toString())).recipe().orElseThrow().name());
  }

  @Test
  void anUnknownRecipeMayBeAMisspeltOne() throws IOException {
    Path model = write("tiny.nib", MODEL);
    Diagnostic unknown = refused(() -> read(model, new RecipeChoice.Named("hafl")));
    assertEquals("there is no recipe 'hafl'", unknown.message());
    assertTrue(unknown.hint().orElse("").contains("half"), unknown.toString());
    Path two = write("two.nib", "recipe a { cast { to = f16 } }\nrecipe b { cast { to = f16 } }\n");
    Diagnostic several = refused(() -> read(model, new RecipeChoice.Named(two.toString())));
    assertTrue(several.message().contains("which of its recipes is meant?"), several.toString());
  }

  @Test
  void weightsAreOpenedAndShapesCheckedAgainstThem() throws IOException {
    Path model = write("tiny.nib", MODEL);
    try (OpenModel opened =
        read(model, new RecipeChoice.None(), Optional.of(weights(3)), ReadModel.Weights.REQUIRED)) {
      assertEquals(9, opened.weights().orElseThrow().tensor("w").size());
    }
    Diagnostic wrong = refused(() -> read(
        model, new RecipeChoice.None(), Optional.of(weights(2)), ReadModel.Weights.REQUIRED));
    assertTrue(wrong.message().contains("w") && wrong.location().line() == 3, wrong.toString());
  }

  @Test
  void missingWeightsAreAnErrorOnlyWhereTheyAreNeeded() throws IOException {
    Path model = write("tiny.nib", MODEL);
    Optional<Path> missing = Optional.of(folder.resolve("none.safetensors"));
    refused(() -> read(model, new RecipeChoice.None(), missing, ReadModel.Weights.REQUIRED));
    OpenModel opened = read(model, new RecipeChoice.None(), missing, ReadModel.Weights.IF_PRESENT);
    assertEquals(Optional.empty(), opened.weights());
    Diagnostic warning = opened.warnings().getFirst();
    assertEquals(Diagnostic.Severity.WARNING, warning.severity());
    assertTrue(warning.message().endsWith("so nothing is checked against it"), warning.toString());
    Optional<Path> broken = Optional.of(write("broken.safetensors", "no weights"));
    refused(() -> read(model, new RecipeChoice.None(), broken, ReadModel.Weights.IF_PRESENT));
  }

  @Test
  void theFunctionToRunMustBeClear() throws IOException {
    Path file = write("two.ir", TWO_FUNCTIONS);
    OpenModel model = read(file, new RecipeChoice.None());
    Diagnostic open = refused(() -> model.entry(model.module()));
    assertTrue(open.message().contains("it has several functions: one, two"), open.toString());
    assertEquals(Optional.of("choose one with --fn"), open.hint());
    ModelArgument named =
        ModelArgument.resolve(file, new ModelOptions(Optional.of("two"), Optional.empty(), Map.of()));
    OpenModel chosen = ReadModel.read(named, new RecipeChoice.None(), toolchain, ReadModel.Weights.REQUIRED);
    assertEquals("two", chosen.entry(chosen.module()).name());
    ModelArgument misspelt =
        ModelArgument.resolve(file, new ModelOptions(Optional.of("tow"), Optional.empty(), Map.of()));
    OpenModel wrong = ReadModel.read(misspelt, new RecipeChoice.None(), toolchain, ReadModel.Weights.REQUIRED);
    assertTrue(refused(() -> wrong.entry(wrong.module())).hint().orElse("").contains("two"));
  }

  @Test
  void aFileOfTheTextFormMayHaveSeveralModules() throws IOException {
    Path file = write("two.ir", TWO_FUNCTIONS + SplitModules.SEPARATOR + "\n" + TWO_FUNCTIONS.replace("@m", "@n"));
    OpenModel model = read(file, new RecipeChoice.None());
    assertEquals(List.of("m", "n"), model.modules().stream().map(module -> module.name()).toList());
    assertTrue(refused(model::module).message().contains("it has 2 modules"));
    assertEquals("n", model.with(model.modules().get(1)).module().name());
  }

  @Test
  void recipesAloneAreNoModel() throws IOException {
    Path file = write("recipes.nib", "recipe half { cast { to = f16 } }\n");
    assertTrue(refused(() -> read(file, new RecipeChoice.None())).message().contains("only recipes"));
  }
}
