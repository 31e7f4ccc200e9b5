package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.codegen.target.Targets;
import nibble.engine.compile.ModelledCosts;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.ir.recipe.Recipe;
import nibble.passes.recipe.Explanation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a recipe means for a model. */
@Command(
    name = "explain", mixinStandardHelpOptions = true,
    description = "Says which pipeline a recipe means, what each pass decided, where, why, and what it cost.")
final class ExplainCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ModelParameters model = new ModelParameters();
  @Mixin private TreatmentParameters treatment = new TreatmentParameters();
  @Mixin private EntryParameter entry = new EntryParameter();
  @Mixin private CalibrationParameters calibration = new CalibrationParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--target", paramLabel = "sm_XX",
      description = "What kernels and modelled times are for, these where a clause of the recipe names nothing else; "
          + "see nibble targets.")
  private Optional<String> target = Optional.empty();

  ExplainCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Toolchain toolchain = model.toolchain();
    RecipeChoice choice = treatment.choice();
    try (OpenModel opened = model.open(
        model.argument(entry.name(), calibration.inputs()), choice, toolchain, ReadModel.Weights.IF_PRESENT, streams)) {
      PrepareModel preparation = new PrepareModel(
          toolchain, model.sizes(), ImmutableList.of(), false, ImmutableMap.of())
          .withCosts(model.costs(target.map(Targets::get)));
      PreparedModel prepared = calibration.prepare(preparation, opened, preparation.pipeline(opened, choice));
      String summary = opened.recipe().map(Recipe::summary).orElse("");
      Explanation explanation = new Explanation(
          choice.toString(), summary, toolchain.passes().print(prepared.pipeline()), prepared.passes().decisions());
      KernelReasons kernels = KernelReasons.of(
          prepared, toolchain.backend(), target.map(Targets::get).orElseGet(ModelledCosts.STANDARD::standard));
      if (json.isOn()) {
        ObjectNode node = json(explanation);
        node.set("kernels", kernels.json());
        Json.print(node, streams.out());
      } else {
        streams.out().print(explanation.text());
        streams.out().print(kernels.text());
      }
      return ExitCode.OK.code();
    }
  }

  private static ObjectNode json(Explanation explanation) {
    ObjectNode node = Json.object();
    node.put("recipe", explanation.recipe());
    node.put("summary", explanation.summary());
    node.put("pipeline", explanation.pipeline());
    ArrayNode decisions = node.putArray("decisions");
    explanation.decisions().forEach(decision -> decisions.add(DecisionJson.of(decision)));
    return node;
  }
}
