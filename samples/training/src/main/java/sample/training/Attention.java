package sample.training;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import sample.training.Gemm.Matrix;

/**
 * {@code x + o(softmax(q k^T / sqrt(E)) v)} of the normalised x, for a batch of sequences of {@code tokens} rows each.
 */
public final class Attention {
  private final int rows;
  private final int tokens;
  private final AttentionSizes sizes;
  private final RmsNorm norm;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
  private final Optional<Rotation> rotation;
  private final float[] normalised;
  private final float[] q;
  private final float[] k;
  private final float[] v;
  private final float[] scores;
  private final float[] context;
  private final float[] dq;
  private final float[] dk;
  private final float[] dv;
  private final float[] dContext;
  private final float[] dNormalised;
  private final float[] dScores;
  private final float[] turned;

  /** For so many sequences of so many tokens. */
  public Attention(String name, int sequences, int tokens, AttentionSizes sizes, RandomGenerator random) {
    this.tokens = tokens;
    this.sizes = sizes;
    rows = sequences * tokens;
    int width = sizes.width();
    int keyWidth = sizes.keyWidth();
    norm = new RmsNorm(name + ".norm", width);
    query = new Linear(name + ".q", width, width, false, random);
    key = new Linear(name + ".k", width, keyWidth, false, random);
    value = new Linear(name + ".v", width, keyWidth, false, random);
    output = new Linear(name + ".o", width, width, false, random);
    rotation = sizes.rotary() ? Optional.of(new Rotation(tokens, sizes.edge())) : Optional.empty();
    normalised = new float[rows * width];
    q = new float[rows * width];
    k = new float[rows * keyWidth];
    v = new float[rows * keyWidth];
    scores = new float[rows * sizes.heads() * tokens];
    context = new float[rows * width];
    dq = new float[rows * width];
    dk = new float[rows * keyWidth];
    dv = new float[rows * keyWidth];
    dContext = new float[rows * width];
    dNormalised = new float[rows * width];
    dScores = new float[tokens * tokens];
    turned = new float[tokens * Math.max(tokens, sizes.edge())];
  }

  /** Those of the norm and of the four matrices. */
  public Stream<Parameter> parameters() {
    return Stream.concat(
        Stream.of(norm.parameter()),
        Stream.of(query, key, value, output).map(Linear::parameters).flatMap(List::stream));
  }

  /** {@code y} is where the sum goes. */
  public void forward(float[] x, float[] y) {
    norm.forward(x, normalised, rows);
    query.forward(normalised, q, rows);
    key.forward(normalised, k, rows);
    value.forward(normalised, v, rows);
    rotation.ifPresent(turn -> {
      turn.turn(q, rows, sizes.width(), false);
      turn.turn(k, rows, sizes.keyWidth(), false);
    });
    int edge = sizes.edge();
    float scale = (float) (1 / Math.sqrt(edge));
    for (int row = 0; row < rows; row += tokens) {
      for (int head = 0; head < sizes.heads(); head++) {
        Matrix p = scoresOf(row, head);
        Gemm.transpose(ofKeys(k, row, head), turned, tokens, edge);
        Gemm.multiply(ofQueries(q, row, head), Matrix.of(turned, tokens), p, tokens, edge, tokens, false);
        for (int i = 0; i < tokens; i++) {
          int at = p.offset() + i * tokens;
          int seen = sizes.causal() ? i + 1 : tokens;
          softmax(scores, at, seen, scale);
          Arrays.fill(scores, at + seen, at + tokens, 0);
        }
        Gemm.multiply(p, ofKeys(v, row, head), ofQueries(context, row, head), tokens, tokens, edge, false);
      }
    }
    output.forward(context, y, rows);
    for (int i = 0; i < rows * sizes.width(); i++) {
      y[i] += x[i];
    }
  }

  /** {@code gradient} is that of the sum, and becomes that of x. */
  public void backward(float[] x, float[] gradient) {
    output.backward(context, gradient, rows);
    output.backwardInput(gradient, dContext, rows, false);
    int edge = sizes.edge();
    float scale = (float) (1 / Math.sqrt(edge));
    for (int row = 0; row < rows; row += tokens) {
      for (int head = 0; head < sizes.heads(); head++) {
        // Heads that share keys add to the same gradients.
        boolean add = head % sizes.group() != 0;
        Matrix p = scoresOf(row, head);
        Matrix dc = ofQueries(dContext, row, head);
        Matrix ds = Matrix.of(dScores, tokens);
        Gemm.transpose(p, turned, tokens, tokens);
        Gemm.multiply(Matrix.of(turned, tokens), dc, ofKeys(dv, row, head), tokens, tokens, edge, add);
        Gemm.transpose(ofKeys(v, row, head), turned, tokens, edge);
        Gemm.multiply(dc, Matrix.of(turned, tokens), ds, tokens, edge, tokens, false);
        for (int i = 0; i < tokens; i++) {
          softmaxBackward(p.offset() + i * tokens, i * tokens, scale);
        }
        Gemm.multiply(ds, ofKeys(k, row, head), ofQueries(dq, row, head), tokens, tokens, edge, false);
        Gemm.transpose(ds, turned, tokens, tokens);
        Gemm.multiply(
            Matrix.of(turned, tokens), ofQueries(q, row, head), ofKeys(dk, row, head), tokens, tokens, edge, add);
      }
    }
    rotation.ifPresent(turn -> {
      turn.turn(dq, rows, sizes.width(), true);
      turn.turn(dk, rows, sizes.keyWidth(), true);
    });
    query.backward(normalised, dq, rows);
    key.backward(normalised, dk, rows);
    value.backward(normalised, dv, rows);
    query.backwardInput(dq, dNormalised, rows, false);
    key.backwardInput(dk, dNormalised, rows, true);
    value.backwardInput(dv, dNormalised, rows, true);
    norm.backward(x, dNormalised, gradient, rows);
  }

  private Matrix ofQueries(float[] data, int row, int head) {
    return new Matrix(data, row * sizes.width() + head * sizes.edge(), sizes.width());
  }

  private Matrix ofKeys(float[] data, int row, int head) {
    return new Matrix(data, row * sizes.keyWidth() + head / sizes.group() * sizes.edge(), sizes.keyWidth());
  }

  private Matrix scoresOf(int row, int head) {
    return new Matrix(scores, (row * sizes.heads() + head * tokens) * tokens, tokens);
  }

  /** Of {@code scale} times the scores, in place. */
  public static void softmax(float[] s, int at, int length, float scale) {
    float most = s[at];
    for (int i = 1; i < length; i++) {
      most = Math.max(most, s[at + i]);
    }
    float sum = 0;
    for (int i = at; i < at + length; i++) {
      s[i] = (float) StrictMath.exp((s[i] - most) * scale);
      sum += s[i];
    }
    for (int i = at; i < at + length; i++) {
      s[i] /= sum;
    }
  }

  private void softmaxBackward(int p, int at, float scale) {
    float dot = 0;
    for (int i = 0; i < tokens; i++) {
      dot += scores[p + i] * dScores[at + i];
    }
    for (int i = 0; i < tokens; i++) {
      dScores[at + i] = scores[p + i] * (dScores[at + i] - dot) * scale;
    }
  }
}
