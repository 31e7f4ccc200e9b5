package nibble.engine.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.recipe.Recipe;
import nibble.passes.PassEnvironment;
import nibble.passes.PassListener;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.SparsityCosts;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.recipe.RecipePipeline;
import nibble.passes.validate.Validator;

/**
 * Runs a recipe's passes on a model.
 *
 * @param toolchain knows the passes
 * @param sizes values of symbolic sizes that are fixed before anything else
 * @param listeners watch the passes
 * @param validate whether the interpreter holds each pass to what it declares
 * @param inputs sample inputs by function name, for validation and calibration
 * @param weights those of models that come without any
 * @param costs says whether sparse weights pay
 */
public record PrepareModel(
    Toolchain toolchain,
    ImmutableMap<String, Long> sizes,
    ImmutableList<PassListener> listeners,
    boolean validate,
    ImmutableMap<String, ImmutableList<Tensor>> inputs,
    Optional<WeightSource> weights,
    SparsityCosts costs) {
  private static final long SEED = 1;

  /** A preparation of models that come with their weights, where these are wanted. */
  public PrepareModel(
      Toolchain toolchain, ImmutableMap<String, Long> sizes, ImmutableList<PassListener> listeners, boolean validate,
      ImmutableMap<String, ImmutableList<Tensor>> inputs) {
    this(toolchain, sizes, listeners, validate, inputs, Optional.empty(), ModelledCosts.STANDARD);
  }

  /** Passes alone: no size fixed, nobody watches, nothing is validated. */
  public static PrepareModel with(Toolchain toolchain) {
    return new PrepareModel(toolchain, ImmutableMap.of(), ImmutableList.of(), false, ImmutableMap.of());
  }

  /** The same with sample inputs, by function name. */
  public PrepareModel withInputs(ImmutableMap<String, ImmutableList<Tensor>> samples) {
    return new PrepareModel(toolchain, sizes, listeners, validate, samples, weights, costs);
  }

  /** The same with weights for models that come without any. */
  public PrepareModel withWeights(WeightSource source) {
    return new PrepareModel(toolchain, sizes, listeners, validate, inputs, Optional.of(source), costs);
  }

  /** The same for a target. */
  public PrepareModel withCosts(SparsityCosts model) {
    return new PrepareModel(toolchain, sizes, listeners, validate, inputs, weights, model);
  }

  /** The pipeline that a choice means for a model. */
  public Pipeline pipeline(OpenModel model, RecipeChoice choice) {
    Module module = model.module();
    Pipeline chosen = switch (choice) {
      case RecipeChoice.None _ ->
          RecipePipeline.of(new Recipe("none", "", ImmutableList.of()), module, toolchain.passes());
      case RecipeChoice.Named _ -> RecipePipeline.of(model.recipe().orElseThrow(), module, toolchain.passes());
      case RecipeChoice.Passes(String text, String source) -> toolchain.passes().parse(text, source);
    };
    if (sizes.isEmpty()) {
      return chosen;
    }
    sizes.forEach((name, value) -> requireSymbol(name + "=" + value, name, module));
    String values = sizes.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(", "));
    return toolchain.passes().parse("specialize{" + values + "}", "--size").then(chosen);
  }

  private static void requireSymbol(String setting, String name, Module module) {
    if (!module.symbols().containsKey(name)) {
      throw new InputException(
          "--size " + setting + ": the module has no symbolic size '" + name + "'",
          module.symbols().isEmpty() ? "all of its sizes are constant"
              : Suggestion.didYouMean(name, module.symbols().keySet())
                  .orElse("its symbolic sizes are " + String.join(", ", module.symbols().keySet())));
    }
  }

  /**
   * Runs the passes.
   *
   * @throws nibble.ir.diagnostic.InputException where the recipe does not fit the model
   * @throws nibble.passes.PassBug where a pass fails or breaks an invariant
   */
  public PreparedModel prepare(OpenModel model, RecipeChoice choice) {
    return prepare(model, pipeline(model, choice));
  }

  /** The same with a pipeline at hand. */
  public PreparedModel prepare(OpenModel model, Pipeline pipeline) {
    PassEnvironment environment = PassEnvironment.of(toolchain.registry()).withInputs(inputs).withCosts(costs);
    Optional<WeightSource> known = model.weights().<WeightSource>map(file -> file).or(() -> weights);
    if (known.isPresent()) {
      environment = environment.withWeights(known.get());
    }
    PassManager manager = PassManager.of(toolchain.passes(), environment);
    for (PassListener listener : listeners) {
      manager = manager.with(listener);
    }
    if (validate) {
      manager = manager.validating(Validator.of(environment, SEED));
    }
    PassRun run = manager.run(model.module(), pipeline);
    return new PreparedModel(model, pipeline, run);
  }
}
