package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.codegen.target.Targets;
import nibble.engine.compare.CompareRecipes;
import nibble.engine.compare.RecipeResult;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.device.DeviceRequest;
import nibble.engine.run.ModelInputs;
import nibble.engine.run.Phases;
import nibble.engine.run.RunModel;
import nibble.engine.sample.ModelArgument;
import nibble.ir.eval.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares what recipes make of a model. */
@Command(
    name = "compare", mixinStandardHelpOptions = true,
    description = "Runs a model with several recipes on the same inputs, and says what each costs in accuracy and "
        + "saves in bytes. A recipe that has no kernels is interpreted.")
final class CompareCommand implements Callable<Integer> {
  private static final String NONE = "none";

  private final Streams streams;
  @Mixin private ModelParameters model = new ModelParameters();
  @Mixin private EntryParameter entry = new EntryParameter();
  @Mixin private RunParameters on = new RunParameters();
  @Mixin private StepParameters steps = new StepParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--recipes", paramLabel = "R", split = ",", required = true,
      description = "Recipes with commas between: names, or paths of files; none is the model as it is.")
  private List<String> recipes = new ArrayList<>();

  @Option(
      names = "--target", paramLabel = "sm_XX", defaultValue = RunModel.EMULATED_TARGET,
      description = "What kernels are compiled for; ${DEFAULT-VALUE} unless given.")
  private String target;

  CompareCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    steps.require();
    DeviceRequest request = on.device();
    Toolchain toolchain = model.toolchain();
    ModelArgument argument = model.argument(entry.name(), on.inputs());
    List<RecipeResult> results = new ArrayList<>();
    try (Phases phases = new Phases(TerminalProgress.of(streams));
        OpenModel opened = phases.time("read", () -> open(argument, new RecipeChoice.None(), toolchain))) {
      ImmutableList<ModelInputs> read =
          phases.time("inputs", () -> steps.read(step -> on.read(opened, model.sizes(), step)));
      CompareRecipes comparison = new CompareRecipes(
          toolchain, model.sizes(), read, on.weights(opened), request, Targets.get(target),
          model.costs(Optional.of(Targets.get(target))));
      ImmutableList<Tensor> reference = phases.time("interpret", () -> comparison.reference(opened));
      results.add(comparison.run(opened, new RecipeChoice.None(), reference, phases));
      for (String recipe : recipes) {
        if (!recipe.equals(NONE)) {
          results.add(run(comparison, argument, new RecipeChoice.Named(recipe), reference, phases));
        }
      }
      if (json.isOn()) {
        Json.print(CompareReport.json(opened, results), streams.out());
      } else {
        streams.out().print(CompareReport.text(opened, read.getFirst(), Targets.get(target), results));
      }
    }
    return ExitCode.OK.code();
  }

  private RecipeResult run(
      CompareRecipes comparison, ModelArgument argument, RecipeChoice choice, ImmutableList<Tensor> reference,
      Phases phases) {
    try (OpenModel opened = phases.time("read", () -> open(argument, choice, comparison.toolchain()))) {
      return comparison.run(opened, choice, reference, phases);
    }
  }

  private OpenModel open(ModelArgument argument, RecipeChoice choice, Toolchain toolchain) {
    return model.open(argument, choice, toolchain, on.need(), streams);
  }
}
