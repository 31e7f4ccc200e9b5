package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nibble.codegen.partition.LoadTimeSplit;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.run.CalibratedModel;
import nibble.engine.run.ModelInputs;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * A sample with a recipe, interpreted with the roundings of kernels; passes that want inputs see those of the sample.
 * Where passes gave it state, each run is a step behind the one before, and the first of them behind some on the inputs
 * of the sample folder.
 */
final class InterpretedSample implements AutoCloseable {
  /** What stands for no recipe. */
  static final String NONE = "none";

  /** Scales of the first step know nothing, so that the second one's are of clipped numbers; the third's are good. */
  private static final int STEPS_BEFORE = 3;

  private final OpenModel model;
  private final PreparedModel prepared;
  private final LoadTimeSplit split;
  /** What depends on weights alone, computed once. */
  private final ImmutableList<Tensor> constants;
  /** What the last run left for the next; nothing before a first one. */
  private ImmutableList<Tensor> state = ImmutableList.of();

  private InterpretedSample(OpenModel model, PreparedModel prepared) {
    this.model = model;
    this.prepared = prepared;
    split = LoadTimeSplit.of(prepared.prepared());
    constants = new Interpreter(Mode.FAITHFUL, prepared.weights(model.weights().orElseThrow()))
        .run(split.load(), ImmutableList.of());
  }

  /**
   * Opens a sample.
   *
   * @param folder of the sample
   * @param recipe a name, the path of a file, or {@link #NONE}
   */
  static InterpretedSample open(Path folder, String recipe) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    RecipeChoice choice = recipe.equals(NONE) ? new RecipeChoice.None() : new RecipeChoice.Named(recipe);
    OpenModel model = ReadModel.read(
        ModelArgument.resolve(folder, ModelOptions.NONE), choice, toolchain, ReadModel.Weights.REQUIRED);
    InterpretedSample sample =
        new InterpretedSample(model, CalibratedModel.prepare(PrepareModel.with(toolchain), model, choice));
    sample.takeSteps();
    return sample;
  }

  private void takeSteps() {
    if (prepared.prepared().results().size() > prepared.written().results().size()) {
      ImmutableList<Tensor> inputs =
          ImmutableList.copyOf(ModelInputs.read(model.argument(), prepared.written()).tensors());
      for (int step = 0; step < STEPS_BEFORE; step++) {
        run(inputs);
      }
    }
  }

  /** Whether a sample's weights have been fetched. */
  static boolean isThere(Path folder) {
    return ModelArgument.resolve(folder, ModelOptions.NONE).weights().orElseThrow().candidates().stream()
        .anyMatch(Files::exists);
  }

  /** Where the sample comes from. */
  ModelArgument argument() {
    return model.argument();
  }

  /** The first output, with the roundings of kernels. */
  Tensor run(ImmutableList<Tensor> inputs) {
    ImmutableList<Tensor> given = state.isEmpty()
        ? prepared.firstRun(inputs) : ImmutableList.<Tensor>builder().addAll(inputs).addAll(state).build();
    List<Tensor> results = new Interpreter(Mode.FAITHFUL, WeightSource.NONE)
        .run(split.main(), ImmutableList.<Tensor>builder().addAll(given).addAll(constants).build());
    state = ImmutableList.copyOf(results.subList(prepared.written().results().size(), results.size()));
    return results.getFirst();
  }

  /** The first output of the model as it is written, in f64. */
  Tensor exact(ImmutableList<Tensor> inputs) {
    return new Interpreter(Mode.EXACT, model.weights().orElseThrow())
        .run(model.module(), prepared.written(), inputs).getFirst();
  }

  @Override
  public void close() {
    model.close();
  }
}
