package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/** How well the decoder tells each next character of a text that it was not trained on, passage by passage. */
final class TextAccuracy {
  /** Passages that come first; those behind them are the sample's own inputs. */
  static final int PASSAGES = 64;
  private static final int LENGTH = 128;
  private static final int BATCH = 16;

  private final Path folder;
  private final int passages;
  private final byte[] text;
  private final Predictions plain;

  /** Of each character of the passages: which one is held most probable, and the sum of what all of them cost. */
  private record Predictions(byte[] guesses, double cost) {}

  /**
   * Reads the text without a recipe.
   *
   * @param folder of the sample
   * @param passages how many are taken, from the first on
   */
  TextAccuracy(Path folder, int passages) {
    this.folder = folder;
    this.passages = passages;
    try {
      text = Files.readAllBytes(folder.resolve("data/james.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    plain = predictions(InterpretedSample.NONE);
  }

  private Predictions predictions(String recipe) {
    byte[] guesses = new byte[passages * LENGTH];
    double cost = 0;
    try (InterpretedSample sample = InterpretedSample.open(folder, recipe)) {
      for (int from = 0; from < passages; from += BATCH) {
        int first = from * LENGTH;
        TensorType type = TensorType.of(Shape.of(Math.min(BATCH, passages - from), LENGTH), Formats.I32);
        Tensor logits = sample.run(ImmutableList.of(Tensor.generate(type, i -> text[first + i])));
        int kinds = logits.extents()[2];
        for (int row = 0; row < logits.size() / kinds; row++) {
          guesses[first + row] = (byte) LargestOf.index(logits.values(), row * kinds, kinds);
          cost += cost(logits.values(), row * kinds, kinds, text[first + row + 1]);
        }
      }
    }
    return new Predictions(guesses, cost);
  }

  private static double cost(double[] logits, int from, int count, int next) {
    double most = logits[from + LargestOf.index(logits, from, count)];
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += Math.exp(logits[i] - most);
    }
    return Math.log(sum) + most - logits[from + next];
  }

  /** What the decoder with a recipe, a name or a file, says. */
  TextRow measure(String recipe, String name) {
    Predictions own = recipe.equals(InterpretedSample.NONE) ? plain : predictions(recipe);
    int right = 0;
    int same = 0;
    for (int i = 0; i < own.guesses.length; i++) {
      right += own.guesses[i] == text[i + 1] ? 1 : 0;
      same += own.guesses[i] == plain.guesses[i] ? 1 : 0;
    }
    return new TextRow(name, own.cost / own.guesses.length, right, same, own.guesses.length);
  }
}
