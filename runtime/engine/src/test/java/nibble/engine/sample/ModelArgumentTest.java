package nibble.engine.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelArgumentTest {
  private static final String FULL = """
      {
        "model": "m.nib",
        "entry": "embed",
        "weights": { "files": ["a.onnx", "target/b.onnx"], "build": "make weights" },
        "tokenizer": { "file": "t.json", "maxLength": 64, "multiple": 8, "ids": "ids", "mask": "mask" },
        "inputs": { "text": "lines.txt" },
        "recipes": ["recipes"]
      }
      """;

  @TempDir
  private Path folder;

  private Path sample(String manifest) throws IOException {
    Files.writeString(folder.resolve("m.nib"), "");
    Files.writeString(folder.resolve(ModelArgument.MANIFEST), manifest);
    return folder;
  }

  private Diagnostic refused(String manifest) throws IOException {
    Path path = sample(manifest);
    return assertThrows(InputException.class, () -> ModelArgument.resolve(
        path, ModelOptions.NONE)).diagnostics().getFirst();
  }

  @Test
  void aFolderIsWhatItsManifestSays() throws IOException {
    ModelArgument model = ModelArgument.resolve(sample(FULL), ModelOptions.NONE);
    assertEquals(folder.resolve("m.nib"), model.model());
    assertEquals(Optional.of("embed"), model.entry());
    assertEquals(
        List.of(folder.resolve("a.onnx"), folder.resolve("target/b.onnx")), model.weights().orElseThrow().candidates());
    assertEquals(
        new TokenizerChoice(folder.resolve("t.json"), Optional.of("make weights"), 64, 8, "ids", Optional.of("mask")),
        model.tokenizer().orElseThrow());
    assertEquals(new InputChoice(Optional.of(folder.resolve("lines.txt")), ImmutableMap.of()), model.inputs());
    assertEquals(List.of(folder.resolve("recipes")), model.recipeFolders());
    assertEquals(model, ModelArgument.resolve(folder.resolve(ModelArgument.MANIFEST), ModelOptions.NONE));
  }

  @Test
  void furtherFoldersOfRecipesComeLast() throws IOException {
    Path shipped = Files.createDirectory(folder.resolve("shipped"));
    Path own = Files.createDirectory(folder.resolve("recipes"));
    Files.writeString(shipped.resolve("a.nib"), "");
    Files.writeString(shipped.resolve("b.nib"), "");
    Files.writeString(own.resolve("a.nib"), "");
    ModelArgument model = ModelArgument.resolve(sample(FULL), ModelOptions.NONE).withRecipes(List.of(shipped));
    assertEquals(Optional.of(own.resolve("a.nib")), model.recipe("a"));
    assertEquals(Optional.of(shipped.resolve("b.nib")), model.recipe("b"));
    assertEquals(List.of("a", "b"), model.recipeNames());
  }

  /** Passes that want many inputs have those for calibration; what the user gives is for both. */
  @Test
  void inputsForCalibrationMayBeApart() throws IOException {
    Path manifest = Files.writeString(sample(FULL).resolve(ModelArgument.MANIFEST), FULL.replaceFirst(
        "\\{", "{\n  \"calibration\": {\"text\": \"many.txt\"},"));
    ModelArgument model = ModelArgument.resolve(manifest, ModelOptions.NONE);
    assertEquals(Optional.of(folder.resolve("lines.txt")), model.inputs().text());
    assertEquals(Optional.of(folder.resolve("many.txt")), model.forCalibration().inputs().text());
    ModelOptions text = new ModelOptions(Optional.empty(), Optional.empty(), Map.of("text", Path.of("other.txt")));
    assertEquals(
        Optional.of(Path.of("other.txt")), ModelArgument.resolve(manifest, text).forCalibration().inputs().text());
    ModelArgument plain = ModelArgument.resolve(sample(FULL), ModelOptions.NONE);
    assertEquals(plain, plain.forCalibration());
  }

  @Test
  void theUsersOptionsGoFirst() throws IOException {
    Path weights = folder.resolve("mine.safetensors");
    ModelOptions options = new ModelOptions(Optional.of("pool"), Optional.of(weights), Map.of("x", Path.of("x.npy")));
    ModelArgument model = ModelArgument.resolve(sample(FULL), options);
    assertEquals(Optional.of("pool"), model.entry());
    assertEquals(List.of(weights), model.weights().orElseThrow().candidates());
    assertEquals(new InputChoice(Optional.empty(), ImmutableMap.of("x", Path.of("x.npy"))), model.inputs());
    ModelOptions text = new ModelOptions(Optional.empty(), Optional.empty(), Map.of("text", Path.of("other.txt")));
    assertEquals(Optional.of(Path.of("other.txt")), ModelArgument.resolve(folder, text).inputs().text());
  }

  @Test
  void aPlainFileNeedsNoManifest() throws IOException {
    Path file = Files.writeString(folder.resolve("plain.nib"), "");
    Files.createDirectory(folder.resolve("recipes"));
    Files.writeString(folder.resolve("recipes/w8a8.nib"), "");
    Files.writeString(folder.resolve("recipes/f16.nib"), "");
    ModelArgument model = ModelArgument.resolve(file, ModelOptions.NONE);
    assertEquals(file, model.model());
    assertTrue(model.weights().isEmpty() && model.tokenizer().isEmpty() && model.inputs().isEmpty());
    assertEquals(List.of("f16", "w8a8"), model.recipeNames());
    assertEquals(Optional.of(folder.resolve("recipes/w8a8.nib")), model.recipe("w8a8"));
    assertEquals(Optional.empty(), model.recipe("w4a16"));
    assertEquals(Optional.of(file), model.recipe(file.toString()));
  }

  @Test
  void theFirstWeightFileThatExistsIsTaken() throws IOException {
    WeightLocation weights = ModelArgument.resolve(sample(FULL), ModelOptions.NONE).weights().orElseThrow();
    InputException missing = assertThrows(InputException.class, weights::locate);
    assertEquals("none of the weight files " + folder.resolve("a.onnx") + ", " + folder.resolve("target/b.onnx")
        + " is there",
        missing.getMessage());
    assertEquals(Optional.of("make it with: make weights"), missing.diagnostics().getFirst().hint());
    Files.createDirectory(folder.resolve("target"));
    Files.writeString(folder.resolve("target/b.onnx"), "");
    assertEquals(folder.resolve("target/b.onnx"), weights.locate());
    Files.writeString(folder.resolve("a.onnx"), "");
    assertEquals(folder.resolve("a.onnx"), weights.locate());
  }

  @Test
  void aTokenizerThatIsMissingNamesTheCommandThatMakesIt() throws IOException {
    TokenizerChoice tokenizer = ModelArgument.resolve(sample(FULL), ModelOptions.NONE).tokenizer().orElseThrow();
    InputException missing = assertThrows(InputException.class, tokenizer::open);
    assertEquals(Optional.of("make it with: make weights"), missing.diagnostics().getFirst().hint());
  }

  @Test
  void aMisspeltFieldIsSuggested() throws IOException {
    Diagnostic error = refused("{\n  \"model\": \"m.nib\",\n  \"wieghts\": {}\n}");
    assertEquals("the manifest has no field 'wieghts'", error.message());
    assertEquals(Optional.of("did you mean 'weights'?"), error.hint());
    assertEquals(Location.of(folder.resolve(ModelArgument.MANIFEST).toString(), 3, 3), error.location());
  }

  @Test
  void whatAManifestCannotSay() throws IOException {
    assertEquals(3, refused("{\n  \"model\": \"m.nib\",\n  \"entry\": }").location().line());
    assertEquals("the manifest has no 'model', which it needs", refused("{}").message());
    assertTrue(refused("{\"model\": [1]}").message().startsWith("the manifest's 'model' is wrong: "));
    assertTrue(refused("{\"entry\": \"f\"}").message().contains("'model'"), refused("{\"entry\": \"f\"}").message());
    assertTrue(refused("[]").message().startsWith("the manifest is wrong: "), refused("[]").message());
    assertTrue(refused("{\"model\": \"m.nib\", \"tokenizer\": {\"file\": \"t\", \"ids\": \"x\"}}").message().contains(
        "maxLength"));
    assertTrue(refused("{\"model\": null}").message().contains("`null` value"));
    assertEquals(
        "the manifest's 'recipes[0]' is wrong: Invalid `null` value encountered for property \"recipes\"",
        refused("{\"model\": \"m.nib\", \"recipes\": [null]}").message());
    assertTrue(refused("{\"model\": \"a\\u0000\"}").message().endsWith(
        "one of its paths can't be one: Nul character not allowed"));
    assertTrue(refused("{\"model\": \"m.nib\", \"weights\": {\"files\": []}}").message().endsWith("name no file"));
    assertTrue(refused("{\"model\": \"gone.nib\"}").message().endsWith("gone.nib is missing"));
    assertTrue(refused("{\"model\": \"m.nib\", \"inputs\": {\"text\": \"a.txt\"}}").message().contains(
        "need a tokenizer"));
  }

  @Test
  void anArgumentThatIsNothing() throws IOException {
    Path path = sample(FULL).resolve("n.nib");
    Diagnostic error =
        assertThrows(InputException.class, () -> ModelArgument.resolve(
            path, ModelOptions.NONE)).diagnostics().getFirst();
    assertEquals(path + ": there is no such model file or sample folder", error.message());
    assertEquals(Optional.of("did you mean 'm.nib'?"), error.hint());
    Path empty = Files.createDirectory(folder.resolve("empty"));
    InputException none = assertThrows(InputException.class, () -> ModelArgument.resolve(empty, ModelOptions.NONE));
    assertTrue(none.getMessage().endsWith("the folder has no nibble.json"), none.getMessage());
  }

  @Test
  void theSampleInTheRepositoryIsSound() {
    Path manifest = Path.of("../../samples/minilm").resolve(ModelArgument.MANIFEST);
    Manifest sample = ManifestReader.read(manifest);
    assertEquals("minilm.nib", sample.model());
    assertEquals(8, TextLines.read(manifest.resolveSibling(sample.inputs().text())).size());
  }
}
