package sample.text;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import sample.training.CrossEntropy;
import sample.training.Layers;
import sample.training.Linear;
import sample.training.Parameter;

/** The model of {@code text-decoder.nib} in f32 with its gradients, for batches of one size. */
final class Decoder {
  private final DecoderSizes sizes;
  private final int rows;
  private final Parameter embedding;
  private final Layers layers;
  private final Linear head;
  /** What came out of the layers last. */
  private float[] normalised;
  private final float[] logits;
  private final float[] dLogits;
  private final float[] dNormalised;

  Decoder(int sequences, int tokens, DecoderSizes sizes, RandomGenerator random) {
    this.sizes = sizes;
    int width = sizes.width();
    rows = sequences * tokens;
    embedding = Parameter.random("embed.weight", 0.1, random, sizes.characters(), width);
    layers = new Layers(sizes.layers(), sequences, tokens, sizes.attention(), sizes.inner(), random);
    head = new Linear("head", width, sizes.characters(), false, random);
    logits = new float[rows * sizes.characters()];
    dLogits = new float[logits.length];
    dNormalised = new float[rows * width];
  }

  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(List.of(embedding));
    layers.parameters().forEach(all::add);
    all.addAll(head.parameters());
    return all;
  }

  /** The logits of the characters behind each, {@code [rows, characters]}; overwritten by the next. */
  float[] forward(byte[] characters) {
    int width = sizes.width();
    for (int row = 0; row < rows; row++) {
      System.arraycopy(embedding.value(), characters[row] * width, layers.input(), row * width, width);
    }
    normalised = layers.forward();
    head.forward(normalised, logits, rows);
    return logits;
  }

  /**
   * Adds to the gradients of the mean cross-entropy of the batch that {@link #forward} saw last; returns it.
   *
   * @param characters that it saw
   * @param next what stands behind each of them
   */
  double backward(byte[] characters, byte[] next) {
    double loss = crossEntropy(next);
    head.backward(normalised, dLogits, rows);
    head.backwardInput(dLogits, dNormalised, rows, false);
    float[] gradient = layers.backward(dNormalised);
    int width = sizes.width();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        embedding.gradient()[characters[row] * width + i] += gradient[row * width + i];
      }
    }
    return loss;
  }

  /** The mean cross-entropy of the last batch, in nats, whose gradient goes to {@code dLogits}. */
  double crossEntropy(byte[] next) {
    return CrossEntropy.of(logits, next, dLogits);
  }
}
