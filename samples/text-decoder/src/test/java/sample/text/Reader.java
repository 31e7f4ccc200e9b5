package sample.text;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
final class Reader implements AutoCloseable {
  /** The sample folder. */
  static final Path FOLDER = Path.of(".");
  /** Characters of a passage. */
  static final int LENGTH = 128;

  private final OpenModel model;
  private final PreparedModel prepared;

  private Reader(OpenModel model, PreparedModel prepared) {
    this.model = model;
    this.prepared = prepared;
  }

  static ModelArgument sample() {
    return ModelArgument.resolve(FOLDER, ModelOptions.NONE);
  }

  /** The recipe's name, or {@code none}. */
  static Reader of(String recipe) {
    RecipeChoice choice = recipe.equals("none") ? new RecipeChoice.None() : new RecipeChoice.Named(recipe);
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    OpenModel model = ReadModel.read(sample(), choice, toolchain, ReadModel.Weights.REQUIRED);
    return new Reader(model, CalibratedModel.prepare(PrepareModel.with(toolchain), model, choice));
  }

  /** The text that the model was not trained on. */
  static byte[] text() {
    try {
      return Files.readAllBytes(FOLDER.resolve("data/james.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first passages of a text, {@code [count, LENGTH]}. */
  static Tensor passages(byte[] text, int count) {
    return Tensor.generate(TensorType.of(Shape.of(count, LENGTH), Formats.I32), i -> text[i]);
  }

  PreparedModel prepared() {
    return prepared;
  }

  /** The logits of what stands behind each character of some passages, {@code [count, LENGTH, 128]}. */
  float[] read(Tensor passages) {
    double[] logits = new Interpreter(Mode.FAITHFUL, prepared.weights(model.weights().orElseThrow()))
        .run(prepared.passes().output(), prepared.prepared(), List.of(passages)).getFirst().values();
    return Floats.toArray(Doubles.asList(logits));
  }

  @Override
  public void close() {
    model.close();
  }
}
