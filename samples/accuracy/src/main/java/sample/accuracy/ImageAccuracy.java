package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import sample.fashion.FashionImages;

/** How many of the test images of Fashion-MNIST the classifier tells right. */
final class ImageAccuracy {
  private static final int BATCH = 500;
  private final Path folder;
  private final FashionImages images;
  private final int[] guesses;

  /**
   * Classifies the images without a recipe.
   *
   * @param folder of the sample
   */
  ImageAccuracy(Path folder) {
    this.folder = folder;
    try {
      images = FashionImages.read(folder.resolve("data"), "t10k");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    guesses = guesses(InterpretedSample.NONE);
  }

  private int[] guesses(String recipe) {
    int[] all = new int[images.count()];
    try (InterpretedSample sample = InterpretedSample.open(folder, recipe)) {
      for (int from = 0; from < all.length; from += BATCH) {
        Tensor logits = sample.run(ImmutableList.of(levels(from, Math.min(BATCH, all.length - from))));
        int kinds = logits.extents()[1];
        for (int row = 0; row < logits.extents()[0]; row++) {
          all[from + row] = LargestOf.index(logits.values(), row * kinds, kinds);
        }
      }
    }
    return all;
  }

  private Tensor levels(int from, int count) {
    int size = images.edge() * images.edge();
    TensorType type = TensorType.of(Shape.of(count, images.edge(), images.edge()), Formats.F32);
    return Tensor.generate(type, i -> images.pixels()[from * size + i] & 0xff);
  }

  /** What the classifier with a recipe, a name or a file, says. */
  ImageRow measure(String recipe, String name) {
    int[] own = recipe.equals(InterpretedSample.NONE) ? guesses : guesses(recipe);
    int right = 0;
    int same = 0;
    for (int i = 0; i < own.length; i++) {
      right += own[i] == images.labels()[i] ? 1 : 0;
      same += own[i] == guesses[i] ? 1 : 0;
    }
    return new ImageRow(name, right, same, own.length);
  }
}
