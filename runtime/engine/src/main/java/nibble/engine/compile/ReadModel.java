package nibble.engine.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.CompileOptions;
import nibble.dsl.CompiledFile;
import nibble.dsl.Nib;
import nibble.dsl.SourceFile;
import nibble.dsl.syntax.Declaration;
import nibble.engine.file.FileReading;
import nibble.engine.file.WeightFile;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.WeightLocation;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.recipe.Recipe;

/** Reads a model argument: {@code .nib} source or the text form of the IR, its recipe, the directory of its weights. */
public final class ReadModel {
  private static final String TEXT_FORM = ".ir";
  private static final String RECIPE = ".nib";

  private ReadModel() {}

  /** Whether the weight file must be there. */
  public enum Weights {
    /** Nothing can be done without it. */
    REQUIRED,
    /** Where it is missing, weights stay unchecked, and a warning says so. */
    IF_PRESENT
  }

  /**
   * Reads a model.
   *
   * @throws InputException with all that is wrong with it, its recipe and its weight file
   */
  public static OpenModel read(ModelArgument argument, RecipeChoice choice, Toolchain toolchain, Weights need) {
    List<Diagnostic> warnings = new ArrayList<>();
    Optional<WeightFile> weights = weights(argument, need, warnings);
    try {
      CompiledFile compiled = compile(argument, choice, toolchain, weights);
      warnings.addAll(compiled.warnings());
      ImmutableList<Module> modules = isTextForm(argument)
          ? SplitModules.read(source(argument.model()), toolchain.registry()) : only(argument, compiled);
      Optional<Recipe> recipe = choice instanceof RecipeChoice.Named(String name)
          ? Optional.of(recipe(name, compiled.recipes(), argument)) : Optional.empty();
      return new OpenModel(argument, modules, recipe, weights, ImmutableList.copyOf(warnings));
    } catch (RuntimeException | Error e) {
      weights.ifPresent(WeightFile::close);
      throw e;
    }
  }

  private static Optional<WeightFile> weights(ModelArgument argument, Weights need, List<Diagnostic> warnings) {
    if (argument.weights().isEmpty()) {
      return Optional.empty();
    }
    WeightLocation location = argument.weights().get();
    try {
      return Optional.of(WeightFile.open(location.locate()));
    } catch (InputException e) {
      boolean missing = location.candidates().stream().noneMatch(Files::exists);
      if (need == Weights.REQUIRED || !missing) {
        throw e;
      }
      e.diagnostics().forEach(error -> warnings.add(new Diagnostic(
          Diagnostic.Severity.WARNING, error.message() + ", so nothing is checked against it", error.location(),
          error.length(), error.notes(), error.hint())));
      return Optional.empty();
    }
  }

  private static CompiledFile compile(
      ModelArgument argument, RecipeChoice choice, Toolchain toolchain, Optional<WeightFile> weights) {
    Optional<Path> recipeFile =
        choice instanceof RecipeChoice.Named(String name) ? argument.recipe(name) : Optional.empty();
    CompileOptions options = CompileOptions.standard().withRegistry(toolchain.registry());
    if (weights.isPresent()) {
      options = options.withCatalog(weights.get());
    }
    List<SourceFile> sources = new ArrayList<>();
    if (!isTextForm(argument)) {
      SourceFile model = source(argument.model());
      sources.add(model);
      if (choice instanceof RecipeChoice.Named(String name) && declares(model, name)) {
        recipeFile = Optional.empty();
      }
    }
    if (recipeFile.isPresent()) {
      sources.add(source(recipeFile.get()));
    }
    return sources.isEmpty()
        ? new CompiledFile(Optional.empty(), ImmutableMap.of(), ImmutableList.of(), ImmutableMap.of())
        : Nib.compile(sources, options);
  }

  /** Whether a model file has a recipe of that name, which then goes before one of a folder. */
  private static boolean declares(SourceFile model, String recipe) {
    try {
      return Nib.parse(model).declarations().stream().anyMatch(
          declaration -> declaration instanceof Declaration.Recipe && declaration.identifier().name().equals(recipe));
    } catch (InputException e) {
      // Compiling it tells what is wrong.
      return false;
    }
  }

  private static boolean isTextForm(ModelArgument argument) {
    return argument.model().toString().endsWith(TEXT_FORM);
  }

  private static ImmutableList<Module> only(ModelArgument argument, CompiledFile compiled) {
    return ImmutableList.of(compiled.module().orElseThrow(() -> new InputException(
        argument.model() + ": the file has no model, only recipes", "name the model, and this file with --recipe")));
  }

  /** Bytes that are no UTF-8 become replacement characters, which the front end refuses with their place. */
  private static SourceFile source(Path file) {
    byte[] bytes = FileReading.bytes(file, FileReading.MAX_TEXT_BYTES);
    return new SourceFile(file.toString(), new String(bytes, StandardCharsets.UTF_8));
  }

  /** By name; or, of a path, the recipe that is called like the file, or the only one. */
  private static Recipe recipe(String name, ImmutableMap<String, Recipe> known, ModelArgument argument) {
    Optional<Path> file = argument.recipe(name);
    String wanted = file.map(ReadModel::stem).orElse(name);
    if (known.containsKey(wanted)) {
      return known.get(wanted);
    }
    if (file.isPresent()) {
      List<Recipe> there = known.values().stream()
          .filter(recipe -> recipe.clauses().stream()
              .anyMatch(clause -> clause.location().file().equals(file.get().toString())))
          .toList();
      if (there.size() == 1) {
        return there.getFirst();
      }
      throw new InputException(
          file.get() + ": which of its recipes is meant?",
          "call one '" + wanted + "'; there are " + String.join(", ", known.keySet()));
    }
    if (name.endsWith(RECIPE)) {
      throw new InputException(name + ": there is no such recipe file");
    }
    List<String> all = new ArrayList<>(known.keySet());
    all.addAll(argument.recipeNames());
    throw new InputException(
        "there is no recipe '" + name + "'",
        Suggestion.didYouMean(name, all).orElse(
            all.isEmpty() ? "give the path of a file (" + RECIPE + ")" : "there are " + String.join(", ", all)));
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(RECIPE) ? name.substring(0, name.length() - RECIPE.length()) : name;
  }
}
