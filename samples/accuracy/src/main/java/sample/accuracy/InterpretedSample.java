package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;
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

/** A sample with a recipe, interpreted with the roundings of kernels; passes that want inputs see those of the sample. */
final class InterpretedSample implements AutoCloseable {
  /** What stands for no recipe. */
  static final String NONE = "none";

  private final OpenModel model;
  private final PreparedModel prepared;

  private InterpretedSample(OpenModel model, PreparedModel prepared) {
    this.model = model;
    this.prepared = prepared;
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

  /** The model as its recipe left it. */
  ModelArgument argument() {
    return model.argument();
  }

  /** Says what the recipe is for; empty where there is none. */
  String summary() {
    return model.recipe().map(recipe -> recipe.summary()).orElse("");
  }

  /** The first output, with the roundings of kernels. */
  Tensor run(ImmutableList<Tensor> inputs) {
    return new Interpreter(Mode.FAITHFUL, model.weights().orElseThrow())
        .run(prepared.passes().output(), prepared.prepared(), inputs).getFirst();
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
