package sample.video;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/**
 * Weights that make the block a denoiser: constructed, with a little noise everywhere, as trained ones have. A token's
 * 96 elements are
 *
 * <pre>
 *   0..7     its four channels c and -c, times 1/4
 *   32..47   a code of its frame,  48..63 of its row,  64..79 of its column: rows of a Hadamard matrix
 * </pre>
 *
 * <p>so that their mean is 0 and their deviation nearly the same for all tokens. The first head compares frames, the
 * second rows and columns, the third channels. Each takes the mean of what it attends to, and the sum of the means
 * is a better estimate of the clean video than the token.
 */
final class DitWeights {
  private static final int WIDTH = 96;
  private static final int HEAD = 32;
  private static final int INNER = 192;
  private static final int CODE = 16;
  private static final int[] CODES = {32, 48, 64};
  private static final int CONTENT = 2 * SyntheticVideo.CHANNELS;
  private static final double SMALL = 0.25;

  /** How much a head's mean counts against the token itself. */
  private static final double[] SHARES = {0.1, 0.8, 4.0};

  private final SplittableRandom random;
  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();

  private DitWeights(long seed) {
    random = new SplittableRandom(seed);
  }

  /** An element of a matrix or a vector. */
  private interface Element {
    double at(int row, int column);
  }

  /** All weights, by name. */
  static Map<String, HostTensor> make(long seed) {
    DitWeights it = new DitWeights(seed);
    it.embedding();
    it.steps();
    it.attention();
    it.linear("layer.0.ffn.up", WIDTH, INNER, 0.1, (i, o) -> 0, o -> 0);
    it.linear("layer.0.ffn.down", INNER, WIDTH, 0.07, (i, o) -> 0, o -> 0);
    double sum = 1 + SHARES[0] + SHARES[1] + SHARES[2];
    // Behind a normalisation, whose deviation is about that of the codes.
    double back = Math.sqrt((double) CODES.length * CODE / WIDTH) / (SMALL * sum);
    it.linear(
        "final", WIDTH, SyntheticVideo.CHANNELS, 0.01,
        (i, o) -> i >= CONTENT || i % SyntheticVideo.CHANNELS != o ? 0 : sign(i) * back / 2, o -> 0);
    return it.tensors;
  }

  /** Content is stored twice, the second time negative. */
  private static int sign(int element) {
    return element < SyntheticVideo.CHANNELS ? 1 : -1;
  }

  private void embedding() {
    linear(
        "embed", SyntheticVideo.CHANNELS, WIDTH, 0.005,
        (i, o) -> o >= CONTENT || o % SyntheticVideo.CHANNELS != i ? 0 : sign(o) * SMALL, o -> 0);
    int edge = SyntheticVideo.EDGE;
    matrix("positions", SyntheticVideo.FRAMES * edge * edge, WIDTH, 0.01, (token, at) -> {
      int part = at / CODE - CODES[0] / CODE;
      int index = part == 0 ? token / (edge * edge) : part == 1 ? token / edge % edge : token % edge;
      return part < 0 || part >= CODES.length ? 0 : hadamard(index + 1, at % CODE);
    });
  }

  /** An element of Sylvester's Hadamard matrix; all of its rows but the first have mean 0. */
  private static int hadamard(int row, int column) {
    return Integer.bitCount(row & column) % 2 == 0 ? 1 : -1;
  }

  private void steps() {
    linear("time.up", 32, WIDTH, 0.1, (i, o) -> 0, o -> 0);
    linear("time.down", WIDTH, WIDTH, 0.1, (i, o) -> 0, o -> 0);
    // Shifts and factors of both normalisations near 0; the gate of attention near 1, that of the net near 0.05.
    linear(
        "layer.0.modulation", WIDTH, 6 * WIDTH, 0.02, (i, o) -> 0,
        o -> o / WIDTH == 2 ? 1 : o / WIDTH == 5 ? 0.05 : 0);
  }

  private void attention() {
    double gain = 2.6;
    IntBinaryOperator source = (head, e) -> switch (head) {
      case 0 -> e < CODE ? CODES[0] + e : -1;
      case 1 -> CODES[1] + e;
      default -> e % CONTENT;
    };
    for (String name : new String[] {"layer.0.attn.q", "layer.0.attn.k"}) {
      linear(
          name, WIDTH, WIDTH, 0.01,
          (i, o) -> source.applyAsInt(o / HEAD, o % HEAD) == i ? o / HEAD == 2 ? gain : 1 : 0, o -> 0);
    }
    linear("layer.0.attn.v", WIDTH, WIDTH, 0.01, (i, o) -> i < CONTENT && o % HEAD == i ? 1 : 0, o -> 0);
    double back = Math.sqrt((double) CODES.length * CODE / WIDTH);
    linear(
        "layer.0.attn.o", WIDTH, WIDTH, 0.005, (i, o) -> o < CONTENT && i % HEAD == o ? SHARES[i / HEAD] * back : 0,
        o -> 0);
  }

  private interface Bias {
    double at(int column);
  }

  private void linear(String name, int rows, int columns, double noise, Element weight, Bias bias) {
    matrix(name + ".weight", rows, columns, noise, weight);
    double[] values = new double[columns];
    for (int o = 0; o < columns; o++) {
      values[o] = bias.at(o) + 0.01 * random.nextGaussian();
    }
    put(name + ".bias", Shape.of(columns), values);
  }

  private void matrix(String name, int rows, int columns, double noise, Element weight) {
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = weight.at(i / columns, i % columns) + noise * random.nextGaussian();
    }
    put(name, Shape.of(rows, columns), values);
  }

  private void put(String name, Shape shape, double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
    tensors.put(name, HostTensor.encode(Tensor.of(TensorType.of(shape, Formats.F32), values)));
  }
}
