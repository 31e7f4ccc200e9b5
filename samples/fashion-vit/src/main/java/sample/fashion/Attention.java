package sample.fashion;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import sample.fashion.Gemm.Matrix;

/** {@code x + o(softmax(q k^T / sqrt(E)) v)} of the normalised x, for a batch of images of {@code tokens} rows each. */
final class Attention {
  private final int rows;
  private final int tokens;
  private final int width;
  private final int heads;
  private final int edge;
  private final RmsNorm norm;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear output;
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

  Attention(String name, int images, ModelSizes sizes, RandomGenerator random) {
    tokens = sizes.tokens();
    rows = images * tokens;
    width = sizes.width();
    heads = sizes.heads();
    edge = width / heads;
    norm = new RmsNorm(name + ".norm", width);
    query = new Linear(name + ".q", width, width, false, random);
    key = new Linear(name + ".k", width, width, false, random);
    value = new Linear(name + ".v", width, width, false, random);
    output = new Linear(name + ".o", width, width, false, random);
    normalised = new float[rows * width];
    q = new float[rows * width];
    k = new float[rows * width];
    v = new float[rows * width];
    scores = new float[rows * heads * tokens];
    context = new float[rows * width];
    dq = new float[rows * width];
    dk = new float[rows * width];
    dv = new float[rows * width];
    dContext = new float[rows * width];
    dNormalised = new float[rows * width];
    dScores = new float[tokens * tokens];
    turned = new float[tokens * Math.max(tokens, edge)];
  }

  Stream<Parameter> parameters() {
    return Stream.concat(
        Stream.of(norm.parameter()),
        Stream.of(query, key, value, output).map(Linear::parameters).flatMap(List::stream));
  }

  /** {@code y} is where the sum goes. */
  void forward(float[] x, float[] y) {
    norm.forward(x, normalised, rows);
    query.forward(normalised, q, rows);
    key.forward(normalised, k, rows);
    value.forward(normalised, v, rows);
    float scale = (float) (1 / Math.sqrt(edge));
    for (int row = 0; row < rows; row += tokens) {
      for (int head = 0; head < heads; head++) {
        Matrix p = scoresOf(row, head);
        Gemm.transpose(part(k, row, head), turned, tokens, edge);
        Gemm.multiply(part(q, row, head), Matrix.of(turned, tokens), p, tokens, edge, tokens, false);
        for (int i = 0; i < tokens; i++) {
          softmax(scores, p.offset() + i * tokens, tokens, scale);
        }
        Gemm.multiply(p, part(v, row, head), part(context, row, head), tokens, tokens, edge, false);
      }
    }
    output.forward(context, y, rows);
    for (int i = 0; i < rows * width; i++) {
      y[i] += x[i];
    }
  }

  /** {@code gradient} is that of the sum, and becomes that of x. */
  void backward(float[] x, float[] gradient) {
    output.backward(context, gradient, rows);
    output.backwardInput(gradient, dContext, rows, false);
    float scale = (float) (1 / Math.sqrt(edge));
    for (int row = 0; row < rows; row += tokens) {
      for (int head = 0; head < heads; head++) {
        Matrix p = scoresOf(row, head);
        Matrix dc = part(dContext, row, head);
        Matrix ds = Matrix.of(dScores, tokens);
        Gemm.transpose(p, turned, tokens, tokens);
        Gemm.multiply(Matrix.of(turned, tokens), dc, part(dv, row, head), tokens, tokens, edge, false);
        Gemm.transpose(part(v, row, head), turned, tokens, edge);
        Gemm.multiply(dc, Matrix.of(turned, tokens), ds, tokens, edge, tokens, false);
        for (int i = 0; i < tokens; i++) {
          softmaxBackward(p.offset() + i * tokens, i * tokens, scale);
        }
        Gemm.multiply(ds, part(k, row, head), part(dq, row, head), tokens, tokens, edge, false);
        Gemm.transpose(ds, turned, tokens, tokens);
        Gemm.multiply(Matrix.of(turned, tokens), part(q, row, head), part(dk, row, head), tokens, tokens, edge, false);
      }
    }
    query.backward(normalised, dq, rows);
    key.backward(normalised, dk, rows);
    value.backward(normalised, dv, rows);
    query.backwardInput(dq, dNormalised, rows, false);
    key.backwardInput(dk, dNormalised, rows, true);
    value.backwardInput(dv, dNormalised, rows, true);
    norm.backward(x, dNormalised, gradient, rows);
  }

  private Matrix part(float[] data, int row, int head) {
    return new Matrix(data, row * width + head * edge, width);
  }

  private Matrix scoresOf(int row, int head) {
    return new Matrix(scores, (row * heads + head * tokens) * tokens, tokens);
  }

  /** Of {@code scale} times the scores, in place. */
  static void softmax(float[] s, int at, int length, float scale) {
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
