package sample.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import sample.training.Attention;
import sample.training.CrossEntropy;
import sample.training.FeedForward;
import sample.training.Linear;
import sample.training.Parameter;
import sample.training.RmsNorm;

/** The model of {@code text-decoder.nib} in f32 with its gradients, for batches of one size. */
final class Decoder {
  private final DecoderSizes sizes;
  private final int rows;
  private final Parameter embedding;
  private final List<Attention> attention = new ArrayList<>();
  private final List<FeedForward> feedForward = new ArrayList<>();
  private final RmsNorm norm;
  private final Linear head;
  /** What goes into each attention and each feed-forward net in turn, and what comes out of the last. */
  private final float[][] streams;
  private final float[] normalised;
  private final float[] logits;
  private final float[] dLogits;
  private final float[] dNormalised;
  private final float[] gradient;

  Decoder(int sequences, int tokens, DecoderSizes sizes, RandomGenerator random) {
    this.sizes = sizes;
    int width = sizes.width();
    rows = sequences * tokens;
    embedding = Parameter.random("embed.weight", 0.1, random, sizes.characters(), width);
    for (int i = 0; i < sizes.layers(); i++) {
      attention.add(new Attention("layer." + i + ".attn", sequences, tokens, sizes.attention(), random));
      feedForward.add(new FeedForward("layer." + i + ".ffn", rows, width, sizes.inner(), random));
    }
    norm = new RmsNorm("norm", width);
    head = new Linear("head", width, sizes.characters(), false, random);
    streams = new float[2 * sizes.layers() + 1][rows * width];
    normalised = new float[rows * width];
    logits = new float[rows * sizes.characters()];
    dLogits = new float[logits.length];
    dNormalised = new float[rows * width];
    gradient = new float[rows * width];
  }

  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(List.of(embedding));
    for (int i = 0; i < sizes.layers(); i++) {
      attention.get(i).parameters().forEach(all::add);
      feedForward.get(i).parameters().forEach(all::add);
    }
    all.add(norm.parameter());
    all.addAll(head.parameters());
    return all;
  }

  /** The logits of the characters behind each, {@code [rows, characters]}; overwritten by the next. */
  float[] forward(byte[] characters) {
    int width = sizes.width();
    for (int row = 0; row < rows; row++) {
      System.arraycopy(embedding.value(), characters[row] * width, streams[0], row * width, width);
    }
    for (int i = 0; i < sizes.layers(); i++) {
      attention.get(i).forward(streams[2 * i], streams[2 * i + 1]);
      feedForward.get(i).forward(streams[2 * i + 1], streams[2 * i + 2]);
    }
    norm.forward(streams[2 * sizes.layers()], normalised, rows);
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
    Arrays.fill(gradient, 0);
    norm.backward(streams[2 * sizes.layers()], dNormalised, gradient, rows);
    for (int i = sizes.layers() - 1; i >= 0; i--) {
      feedForward.get(i).backward(streams[2 * i + 1], gradient);
      attention.get(i).backward(streams[2 * i], gradient);
    }
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
