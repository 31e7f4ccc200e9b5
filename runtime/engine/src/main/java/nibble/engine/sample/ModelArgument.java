package nibble.engine.sample;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;

/**
 * What a model argument stands for, with the user's options put in.
 *
 * @param model the model file
 * @param entry the function to run; empty leaves the choice to the model
 * @param weights where its weights may be; empty where nobody said
 * @param tokenizer how texts become inputs, where they can
 * @param inputs what to run it on
 * @param calibration what passes see that want many inputs: the same where nobody said
 * @param classes what the columns of the first output stand for; none where it is no classifier
 * @param recipeFolders folders to be searched for recipes
 */
public record ModelArgument(
    Path model,
    Optional<String> entry,
    Optional<WeightLocation> weights,
    Optional<TokenizerChoice> tokenizer,
    InputChoice inputs,
    InputChoice calibration,
    ImmutableList<String> classes,
    ImmutableList<Path> recipeFolders) {
  /** The manifest's name in a sample folder. */
  public static final String MANIFEST = "nibble.json";
  private static final String RECIPES = "recipes";
  private static final String EXTENSION = ".nib";

  /**
   * Resolves a model argument.
   *
   * @param path a folder with a manifest, the manifest itself, or a model file
   * @throws InputException where it is none of these, or the manifest or the options are wrong
   */
  public static ModelArgument resolve(Path path, ModelOptions options) {
    if (Files.isDirectory(path)) {
      Path manifest = path.resolve(MANIFEST);
      if (!Files.exists(manifest)) {
        throw new InputException(
            path + ": the folder has no " + MANIFEST, "name a model file (" + EXTENSION + "), or write a manifest");
      }
      return fromManifest(manifest, options);
    }
    if (!Files.exists(path)) {
      throw missing(path);
    }
    return path.endsWith(MANIFEST) ? fromManifest(path, options) : plain(path, options);
  }

  private static ModelArgument fromManifest(Path file, ModelOptions options) {
    Manifest manifest = ManifestReader.read(file);
    try {
      return resolve(file, manifest, options);
    } catch (InvalidPathException e) {
      throw new InputException(file + ": one of its paths can't be one: " + e.getReason());
    }
  }

  private static ModelArgument plain(Path model, ModelOptions options) {
    Path recipes = model.resolveSibling(RECIPES);
    InputChoice inputs = inputs(model, Optional.empty(), null, options);
    return new ModelArgument(
        model, options.entry(), options.weights().map(ModelArgument::only), Optional.empty(),
        inputs, inputs,
        ImmutableList.of(),
        Files.isDirectory(recipes) ? ImmutableList.of(recipes) : ImmutableList.of());
  }

  private static ModelArgument resolve(Path file, Manifest manifest, ModelOptions options) {
    Path model = file.resolveSibling(manifest.model());
    if (!Files.isRegularFile(model)) {
      throw new InputException(file + ": the model file " + model + " is missing");
    }
    if (manifest.weights() != null && manifest.weights().files().isEmpty()) {
      throw new InputException(file + ": its 'weights' name no file");
    }
    Optional<WeightLocation> stated = Optional.ofNullable(manifest.weights()).map(weights -> new WeightLocation(
        resolveAll(file, weights.files()), Optional.ofNullable(weights.build())));
    Optional<TokenizerChoice> tokenizer = Optional.ofNullable(manifest.tokenizer()).map(choice -> new TokenizerChoice(
        file.resolveSibling(choice.file()), stated.flatMap(WeightLocation::build), choice.maxLength(),
        choice.multiple() == null ? 1 : choice.multiple(), choice.ids(), Optional.ofNullable(choice.mask())));
    return new ModelArgument(
        model,
        options.entry().or(() -> Optional.ofNullable(manifest.entry())),
        options.weights().map(ModelArgument::only).or(() -> stated),
        tokenizer,
        inputs(file, tokenizer, manifest.inputs(), options),
        inputs(file, tokenizer, manifest.calibration() == null ? manifest.inputs() : manifest.calibration(), options),
        manifest.classes() == null ? ImmutableList.of() : ImmutableList.copyOf(manifest.classes()),
        resolveAll(file, manifest.recipes() == null ? List.of() : manifest.recipes()));
  }

  private static InputChoice inputs(
      Path file, Optional<TokenizerChoice> tokenizer, Manifest.Inputs stated, ModelOptions options) {
    ImmutableMap.Builder<String, Path> arrays = ImmutableMap.builder();
    Optional<Path> text = Optional.empty();
    Optional<Path> labels = Optional.empty();
    for (Map.Entry<String, Path> input : options.inputs().entrySet()) {
      if (input.getValue().toString().endsWith(".txt")) {
        text = Optional.of(input.getValue());
      } else {
        arrays.put(input);
      }
    }
    if (options.inputs().isEmpty() && stated != null) {
      text = Optional.ofNullable(stated.text()).map(file::resolveSibling);
      labels = Optional.ofNullable(stated.labels()).map(file::resolveSibling);
      Map<String, String> defaults = stated.arrays() == null ? Map.of() : stated.arrays();
      defaults.forEach((name, path) -> arrays.put(name, file.resolveSibling(path)));
    }
    if (text.isPresent() && tokenizer.isEmpty()) {
      throw new InputException(
          file + ": the texts of " + text.get() + " need a tokenizer, and there is none",
          "name one in " + MANIFEST + ", or give arrays (.npy) as inputs");
    }
    return new InputChoice(text, arrays.buildOrThrow(), labels);
  }

  /** The same with further folders of recipes, which are searched after its own. */
  public ModelArgument withRecipes(List<Path> folders) {
    return new ModelArgument(
        model, entry, weights, tokenizer, inputs, calibration, classes,
        ImmutableList.<Path>builder().addAll(recipeFolders).addAll(folders).build());
  }

  /** The same, run on what is for calibration. */
  public ModelArgument forCalibration() {
    return new ModelArgument(
        model, entry, weights, tokenizer, calibration, calibration, classes, recipeFolders);
  }

  /** The same, run on the inputs of a step, counted from 1. */
  public ModelArgument ofStep(int step) {
    return new ModelArgument(
        model, entry, weights, tokenizer, inputs.ofStep(step), calibration, classes, recipeFolders);
  }

  /**
   * The file of a recipe.
   *
   * @param name a name without the ending, looked for in the recipe folders, or the path of a file
   * @return empty where no folder has it: it may be defined in the model file itself
   */
  public Optional<Path> recipe(String name) {
    return Stream.concat(
            Stream.of(Path.of(name)).filter(path -> name.endsWith(EXTENSION)),
            recipeFolders.stream().map(folder -> folder.resolve(name + EXTENSION)))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Names of the recipes in the recipe folders, in order. */
  public ImmutableList<String> recipeNames() {
    return recipeFolders.stream()
        .flatMap(folder -> filesIn(folder).stream())
        .filter(name -> name.endsWith(EXTENSION))
        .map(name -> name.substring(0, name.length() - EXTENSION.length()))
        .distinct()
        .sorted()
        .collect(ImmutableList.toImmutableList());
  }

  private static WeightLocation only(Path file) {
    return new WeightLocation(ImmutableList.of(file), Optional.empty());
  }

  private static ImmutableList<Path> resolveAll(Path manifest, List<String> paths) {
    return paths.stream().map(manifest::resolveSibling).collect(ImmutableList.toImmutableList());
  }

  private static InputException missing(Path path) {
    Path folder = path.toAbsolutePath().getParent();
    String name = path.toAbsolutePath().getFileName().toString();
    return Suggestion.didYouMean(name, filesIn(folder))
        .map(hint -> new InputException(path + ": there is no such model file or sample folder", hint))
        .orElseGet(() -> new InputException(path + ": there is no such model file or sample folder"));
  }

  private static List<String> filesIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
