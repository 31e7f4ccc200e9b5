package nibble.cli;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.target.Target;
import nibble.engine.compile.ModelledCosts;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.passes.SparsityCosts;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model and what shall be done to it: what most verbs take. */
final class ModelParameters {
  @Parameters(
      index = "0", paramLabel = "MODEL",
      description = "A sample folder (with a nibble.json), a model file (.nib), or the text form of the IR (.ir).")
  private Path model;

  @Option(
      names = "--weights", paramLabel = "FILE", description = "Weights: a .safetensors, .npz, .npy or .onnx file.")
  private Optional<Path> weights;

  @Option(
      names = "--size", paramLabel = "NAME=N",
      description = "Fixes a symbolic size before anything else, so that kernels are compiled for it.")
  private Map<String, Long> sizes = new LinkedHashMap<>();

  @Option(names = "--plugin", paramLabel = "JAR", description = "Loads a plugin; may be repeated.")
  private List<Path> plugins = new ArrayList<>();

  @Option(
      names = "--force",
      description = "Makes weights sparse as a recipe says, even where its clauses say if-pays and it does not pay.")
  private boolean force;

  @ArgGroup private Treatment treatment = new Treatment();

  /** At most one of these. */
  private static final class Treatment {
    @Option(
        names = "--recipe", paramLabel = "R",
        description = "A recipe: its name, or the path of its file.")
    private Optional<String> recipe = Optional.empty();

    @Option(
        names = "--passes", paramLabel = "PIPELINE",
        description = "Passes to run instead of a recipe: quantize{at=ffn.*, weight=i8:channel, act=i8:token},cse")
    private Optional<String> passes = Optional.empty();
  }

  Path model() {
    return model;
  }

  ImmutableMap<String, Long> sizes() {
    sizes.forEach((name, size) -> {
      if (size < 1) {
        throw new UsageException("--size " + name + "=" + size + ": a size is 1 or more", "give a number of elements");
      }
    });
    return ImmutableMap.copyOf(sizes);
  }

  RecipeChoice choice() {
    if (treatment.recipe.isPresent()) {
      return new RecipeChoice.Named(treatment.recipe.get());
    }
    return treatment.passes.isPresent()
        ? new RecipeChoice.Passes(treatment.passes.get()) : new RecipeChoice.None();
  }

  /** What sparse weights are worth on a target; the oldest one unless the user names one. */
  SparsityCosts costs(Optional<Target> target) {
    return new ModelledCosts(target.orElse(ModelledCosts.STANDARD.standard()), force);
  }

  Toolchain toolchain() {
    return Toolchain.withPlugins(plugins);
  }

  /** The model argument with its options put in. */
  ModelArgument argument(Optional<String> entry, Map<String, Path> inputs) {
    return ModelArgument.resolve(model, new ModelOptions(entry, weights, inputs));
  }

  /** The model argument of verbs that take a model as a whole. */
  ModelArgument argument() {
    return argument(Optional.empty(), Map.of());
  }

  OpenModel open(ModelArgument argument, Toolchain toolchain, ReadModel.Weights need, Streams streams) {
    return open(argument, choice(), toolchain, need, streams);
  }

  OpenModel open(
      ModelArgument argument, RecipeChoice choice, Toolchain toolchain, ReadModel.Weights need, Streams streams) {
    // Weights that somebody asked for must be there.
    ReadModel.Weights needed = weights.isPresent() ? ReadModel.Weights.REQUIRED : need;
    OpenModel opened = ReadModel.read(argument, choice, toolchain, needed);
    Failures.warn(streams, opened.warnings());
    return opened;
  }
}
