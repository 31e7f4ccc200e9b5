package sample.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pre-norm layers of a transformer, attention and feed-forward net in turn, and the norm behind the last. */
public final class Layers {
  private final List<Attention> attention = new ArrayList<>();
  private final List<FeedForward> feedForward = new ArrayList<>();
  private final RmsNorm norm;
  private final int rows;
  /** What goes into each attention and each feed-forward net in turn, and what comes out of the last. */
  private final float[][] streams;
  private final float[] normalised;
  private final float[] gradient;

  /** So many layers for so many sequences of so many tokens, over {@code inner} hidden numbers each. */
  public Layers(
      int layers, int sequences, int tokens, AttentionSizes sizes, int inner, RandomGenerator random) {
    rows = sequences * tokens;
    for (int i = 0; i < layers; i++) {
      attention.add(new Attention("layer." + i + ".attn", sequences, tokens, sizes, random));
      feedForward.add(new FeedForward("layer." + i + ".ffn", rows, sizes.width(), inner, random));
    }
    norm = new RmsNorm("norm", sizes.width());
    streams = new float[2 * layers + 1][rows * sizes.width()];
    normalised = new float[rows * sizes.width()];
    gradient = new float[rows * sizes.width()];
  }

  /** Those of all layers, first to last, and of the norm. */
  public Stream<Parameter> parameters() {
    return Stream.concat(
        IntStream.range(0, attention.size()).boxed()
            .flatMap(i -> Stream.concat(attention.get(i).parameters(), feedForward.get(i).parameters())),
        Stream.of(norm.parameter()));
  }

  /** What goes in, {@code [rows, width]}: to be written before {@link #forward}. */
  public float[] input() {
    return streams[0];
  }

  /** What comes out, {@code [rows, width]}; overwritten by the next. */
  public float[] forward() {
    for (int i = 0; i < attention.size(); i++) {
      attention.get(i).forward(streams[2 * i], streams[2 * i + 1]);
      feedForward.get(i).forward(streams[2 * i + 1], streams[2 * i + 2]);
    }
    norm.forward(streams[2 * attention.size()], normalised, rows);
    return normalised;
  }

  /** Adds to gradients, given those of what came out last; gives those of what went in, overwritten by the next. */
  public float[] backward(float[] dOutput) {
    Arrays.fill(gradient, 0);
    norm.backward(streams[2 * attention.size()], dOutput, gradient, rows);
    for (int i = attention.size() - 1; i >= 0; i--) {
      feedForward.get(i).backward(streams[2 * i + 1], gradient);
      attention.get(i).backward(streams[2 * i], gradient);
    }
    return gradient;
  }
}
