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
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * A sample with a recipe, interpreted with the roundings of kernels; passes that want inputs see those of the sample.
 */
final class InterpretedSample implements AutoCloseable {
  /** What stands for no recipe. */
  static final String NONE = "none";

  private final OpenModel model;
  private final PreparedModel prepared;
  private final LoadTimeSplit split;
  /** What depends on weights alone, computed once. */
  private final ImmutableList<Tensor> constants;

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
    return new InterpretedSample(model, CalibratedModel.prepare(PrepareModel.with(toolchain), model, choice));
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
    return new Interpreter(Mode.FAITHFUL, WeightSource.NONE)
        .run(split.main(), ImmutableList.<Tensor>builder().addAll(inputs).addAll(constants).build()).getFirst();
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
