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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model, and what is known of it before anything is done to it: what most verbs take. */
final class ModelParameters {
  /** The folder of recipes that ship with Nibble, as the launcher knows it. */
  private static final List<Path> SHIPPED =
      Optional.ofNullable(System.getProperty("nibble.recipes")).map(Path::of).map(List::of).orElse(List.of());

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

  /** What sparse weights are worth on a target; the oldest one unless the user names one. */
  SparsityCosts costs(Optional<Target> target) {
    return new ModelledCosts(target.orElse(ModelledCosts.STANDARD.standard()), force);
  }

  Toolchain toolchain() {
    return Toolchain.withPlugins(plugins);
  }

  /** The model argument with its options put in. */
  ModelArgument argument(Optional<String> entry, Map<String, Path> inputs) {
    return ModelArgument.resolve(model, new ModelOptions(entry, weights, inputs)).withRecipes(SHIPPED);
  }

  /** The model argument of verbs that take a model as a whole. */
  ModelArgument argument() {
    return argument(Optional.empty(), Map.of());
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
