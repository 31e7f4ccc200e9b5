package nibble.engine.compare;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.codegen.Program;
import nibble.codegen.partition.LoadTimeSplit;
import nibble.codegen.target.Target;
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.cost.ModelLaunches;
import nibble.engine.cost.ModelledLaunch;
import nibble.engine.device.DeviceRequest;
import nibble.engine.plan.SizeBinding;
import nibble.engine.run.Classification;
import nibble.engine.run.ModelInputs;
import nibble.engine.run.Phases;
import nibble.engine.run.RunModel;
import nibble.engine.run.RunOptions;
import nibble.engine.run.RunReport;
import nibble.engine.run.RunState;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.Function;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.passes.Decision;
import nibble.passes.SparsityCosts;

/**
 * Runs a model with one recipe after the other, on the same inputs, in as many steps as there are sets of them. Each
 * step begins with the state that the one before left, where passes gave the model state. A recipe whose program has no
 * kernels is interpreted, and its result says so.
 *
 * @param toolchain of passes and backend
 * @param sizes that are fixed before anything else
 * @param steps inputs of the function to run, one set for each step; sample inputs of passes are those of the first
 * @param weights of the model
 * @param device which is asked for
 * @param target what kernels are compiled for
 * @param costs says whether sparse weights pay
 */
public record CompareRecipes(
    Toolchain toolchain, ImmutableMap<String, Long> sizes, ImmutableList<ModelInputs> steps, WeightSource weights,
    DeviceRequest device, Target target, SparsityCosts costs) {

  /** The first output of a function in exact interpretation, before any pass, in each step. */
  public ImmutableList<Tensor> reference(OpenModel model) {
    Function function = model.entry(model.module());
    Interpreter interpreter = new Interpreter(Mode.EXACT, weights);
    List<Tensor> outputs = new ArrayList<>();
    for (int step = 0; step < steps.size(); step++) {
      // What was given by name is the same in each step, and so is what the model makes of it.
      outputs.add(step > 0 && areSame(steps.get(step - 1), steps.get(step))
          ? outputs.getLast() : interpreter.run(model.module(), function, steps.get(step).tensors()).getFirst());
    }
    return ImmutableList.copyOf(outputs);
  }

  private static boolean areSame(ModelInputs before, ModelInputs inputs) {
    return IntStream.range(0, inputs.tensors().size())
        .allMatch(i -> before.tensors().get(i).sameAs(inputs.tensors().get(i)));
  }

  /**
   * Runs a model with a recipe.
   *
   * @param model with that recipe
   * @param reference what the first output of each step is compared with
   * @throws InputException where the recipe does not fit the model
   */
  public RecipeResult run(
      OpenModel model, RecipeChoice choice, ImmutableList<Tensor> reference, Phases phases) {
    String entry = model.entry(model.module()).name();
    PrepareModel preparation = new PrepareModel(
        toolchain, sizes, ImmutableList.of(), false, ImmutableMap.of(entry, steps.getFirst().tensors()))
        .withWeights(weights)
        .withCosts(costs);
    PreparedModel prepared = phases.time("passes", () -> preparation.prepare(model, choice));
    Lowered lowered = phases.time("compile kernels", () -> lower(prepared));
    DeviceRequest used = lowered.obstacle.isPresent() ? new DeviceRequest.Interpreter() : device;
    RunReport report = new RunModel(toolchain, weights).run(
        prepared, steps, RunState.FIRST, new RunOptions(used, Optional.of(target), false, false, Optional.empty()),
        phases);
    ImmutableList<StepAccuracy> accuracies = IntStream.range(0, steps.size())
        .mapToObj(step -> StepAccuracy.of(reference.get(step), report.steps().get(step).outputs().getFirst()))
        .collect(ImmutableList.toImmutableList());
    long places = prepared.passes().decisions().stream()
        .filter(decision -> decision.outcome() == Decision.Outcome.APPLIED).count();
    return new RecipeResult(
        choice, accuracies, !report.state().tensors().isEmpty(),
        constantBytes(lowered.program.map(Program::load)
            .orElseGet(() -> LoadTimeSplit.of(prepared.prepared()).load())),
        lowered.program.map(program -> modelled(prepared, program)), places,
        Classification.of(report), report.device(), lowered.obstacle);
  }

  /** The program of a recipe, or why there is none. */
  private record Lowered(Optional<Program> program, Optional<String> obstacle) {}

  private Lowered lower(PreparedModel prepared) {
    try {
      return new Lowered(Optional.of(new LowerModel(toolchain).lower(prepared, target)), Optional.empty());
    } catch (InputException e) {
      return new Lowered(Optional.empty(), Optional.of(e.diagnostics().getFirst().message()));
    }
  }

  private RecipeResult.Modelled modelled(PreparedModel prepared, Program program) {
    ImmutableList<Tensor> given = prepared.firstRun(steps.getFirst().tensors());
    List<ModelledLaunch> launches = new ModelLaunches(toolchain.backend())
        .ofFirstRun(program, SizeBinding.of(prepared.prepared(), given, program.symbols()).values());
    return new RecipeResult.Modelled(ModelLaunches.bytes(launches), ModelLaunches.microseconds(launches));
  }

  /** Bytes of what is computed from weights alone, which is what a device holds of them. */
  private static long constantBytes(Function load) {
    long bytes = 0;
    for (Value constant : load.body().results()) {
      for (long part : PackedLayout.of(constant.tensorType()).parts().values()) {
        bytes += part;
      }
    }
    return bytes;
  }
}
