package sample.fashion;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/** The sample with a recipe, interpreted with the roundings of that recipe. */
final class Classifier implements AutoCloseable {
  /** The sample folder. */
  static final Path FOLDER = Path.of(".");

  private final OpenModel model;
  private final PreparedModel prepared;

  private Classifier(OpenModel model, PreparedModel prepared) {
    this.model = model;
    this.prepared = prepared;
  }

  static ModelArgument sample() {
    return ModelArgument.resolve(FOLDER, ModelOptions.NONE);
  }

  /** The recipe's name, or {@code none}. */
  static Classifier of(String recipe) {
    RecipeChoice choice = recipe.equals("none") ? new RecipeChoice.None() : new RecipeChoice.Named(recipe);
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    OpenModel model = ReadModel.read(sample(), choice, toolchain, ReadModel.Weights.REQUIRED);
    return new Classifier(model, CalibratedModel.prepare(PrepareModel.with(toolchain), model, choice));
  }

  /** The first 2,000 test images of Fashion-MNIST. */
  static FashionImages testImages() {
    try {
      return FashionImages.read(FOLDER.resolve("data"), "t10k");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The logits of some images, {@code [count, 10]}. */
  float[] classify(FashionImages images, int from, int count) {
    int size = images.edge() * images.edge();
    TensorType type = TensorType.of(Shape.of(count, images.edge(), images.edge()), Formats.F32);
    Tensor levels = Tensor.generate(type, i -> images.pixels()[from * size + i] & 0xff);
    double[] logits = new Interpreter(Mode.FAITHFUL, prepared.weights(model.weights().orElseThrow()))
        .run(prepared.passes().output(), prepared.prepared(), List.of(levels)).getFirst().values();
    return Floats.toArray(Doubles.asList(logits));
  }

  @Override
  public void close() {
    model.close();
  }
}
