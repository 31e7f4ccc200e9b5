package sample.fashion;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import sample.training.AttentionSizes;
import sample.training.CrossEntropy;
import sample.training.Layers;
import sample.training.Linear;
import sample.training.Parameter;

/** The model of {@code fashion-vit.nib} in f32 with its gradients, for batches of one size. */
final class VisionTransformer {
  /** Mean and standard deviation of the grey levels of the training images. */
  static final float MEAN = 72.94f;
  static final float DEVIATION = 90.02f;

  private final int images;
  private final ModelSizes sizes;
  private final int rows;
  private final Linear patches;
  private final Parameter positions;
  private final Layers layers;
  private final Linear head;
  private final float[] pixels;
  private final float[] pooled;
  private final float[] logits;
  private final float[] dLogits;
  private final float[] dPooled;
  private final float[] dNormalised;

  VisionTransformer(int images, ModelSizes sizes, RandomGenerator random) {
    this.images = images;
    this.sizes = sizes;
    int width = sizes.width();
    rows = images * sizes.tokens();
    patches = new Linear("patches", sizes.patch() * sizes.patch(), width, true, random);
    positions = Parameter.random("positions", 0.1, random, sizes.tokens(), width);
    layers = new Layers(
        sizes.layers(), images, sizes.tokens(), AttentionSizes.plain(width, sizes.heads()), sizes.inner(), random);
    head = new Linear("head", width, sizes.kinds(), true, random);
    pixels = new float[images * sizes.image() * sizes.image()];
    pooled = new float[images * width];
    logits = new float[images * sizes.kinds()];
    dLogits = new float[images * sizes.kinds()];
    dPooled = new float[images * width];
    dNormalised = new float[rows * width];
  }

  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(patches.parameters());
    all.add(positions);
    layers.parameters().forEach(all::add);
    all.addAll(head.parameters());
    return all;
  }

  /**
   * The logits of a batch, {@code [images, kinds]}; overwritten by the next.
   *
   * @param levels grey levels from 0 to 255, image by image and row by row
   */
  float[] forward(float[] levels) {
    cut(levels);
    float[] x = layers.input();
    patches.forward(pixels, x, rows);
    int image = positions.value().length;
    for (int i = 0; i < x.length; i++) {
      x[i] += positions.value()[i % image];
    }
    pool(layers.forward());
    head.forward(pooled, logits, images);
    return logits;
  }

  /** Adds to the gradients of the mean cross-entropy of the batch that {@link #forward} saw last; returns it. */
  double backward(byte[] labels) {
    double loss = crossEntropy(labels);
    head.backward(pooled, dLogits, images);
    head.backwardInput(dLogits, dPooled, images, false);
    int width = sizes.width();
    int tokens = sizes.tokens();
    for (int i = 0; i < dNormalised.length; i++) {
      dNormalised[i] = dPooled[i / (tokens * width) * width + i % width] / tokens;
    }
    float[] gradient = layers.backward(dNormalised);
    patches.backward(pixels, gradient, rows);
    int image = positions.value().length;
    for (int i = 0; i < gradient.length; i++) {
      positions.gradient()[i % image] += gradient[i];
    }
    return loss;
  }

  /** The mean cross-entropy of the last batch, whose gradient goes to {@code dLogits}. */
  double crossEntropy(byte[] labels) {
    return CrossEntropy.of(logits, labels, dLogits);
  }

  /** One row for each patch, images in order. */
  private void cut(float[] levels) {
    int edge = sizes.image();
    int patch = sizes.patch();
    int at = 0;
    for (int image = 0; image < levels.length; image += edge * edge) {
      for (int top = 0; top < edge; top += patch) {
        for (int left = 0; left < edge; left += patch) {
          for (int row = top; row < top + patch; row++) {
            for (int column = left; column < left + patch; column++) {
              pixels[at++] = (levels[image + row * edge + column] - MEAN) / DEVIATION;
            }
          }
        }
      }
    }
  }

  private void pool(float[] normalised) {
    int width = sizes.width();
    int tokens = sizes.tokens();
    for (int n = 0; n < images; n++) {
      for (int i = 0; i < width; i++) {
        float sum = 0;
        for (int token = 0; token < tokens; token++) {
          sum += normalised[(n * tokens + token) * width + i];
        }
        pooled[n * width + i] = sum / tokens;
      }
    }
  }
}
