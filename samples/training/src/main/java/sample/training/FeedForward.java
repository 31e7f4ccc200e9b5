package sample.training;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** {@code x + down(silu(gate) up)} of the normalised x. */
public final class FeedForward {
  private final int rows;
  private final int width;
  private final RmsNorm norm;
  private final Linear gate;
  private final Linear up;
  private final Linear down;
  private final float[] normalised;
  private final float[] gated;
  private final float[] linear;
  private final float[] sigmoid;
  private final float[] hidden;
  private final float[] dGated;
  private final float[] dLinear;
  private final float[] dHidden;
  private final float[] dNormalised;

  /** For so many rows of {@code width}, over {@code inner} hidden numbers each. */
  public FeedForward(String name, int rows, int width, int inner, RandomGenerator random) {
    this.rows = rows;
    this.width = width;
    norm = new RmsNorm(name + ".norm", width);
    gate = new Linear(name + ".gate", width, inner, false, random);
    up = new Linear(name + ".up", width, inner, false, random);
    down = new Linear(name + ".down", inner, width, false, random);
    normalised = new float[rows * width];
    gated = new float[rows * inner];
    linear = new float[rows * inner];
    sigmoid = new float[rows * inner];
    hidden = new float[rows * inner];
    dGated = new float[rows * inner];
    dLinear = new float[rows * inner];
    dHidden = new float[rows * inner];
    dNormalised = new float[rows * width];
  }

  /** Those of the norm and of the three matrices. */
  public Stream<Parameter> parameters() {
    return Stream.concat(
        Stream.of(norm.parameter()), Stream.of(gate, up, down).map(Linear::parameters).flatMap(List::stream));
  }

  /** {@code y} is where the sum goes. */
  public void forward(float[] x, float[] y) {
    norm.forward(x, normalised, rows);
    gate.forward(normalised, gated, rows);
    up.forward(normalised, linear, rows);
    for (int i = 0; i < hidden.length; i++) {
      sigmoid[i] = (float) (1 / (1 + StrictMath.exp(-gated[i])));
      hidden[i] = gated[i] * sigmoid[i] * linear[i];
    }
    down.forward(hidden, y, rows);
    for (int i = 0; i < rows * width; i++) {
      y[i] += x[i];
    }
  }

  /** {@code gradient} is that of the sum, and becomes that of x. */
  public void backward(float[] x, float[] gradient) {
    down.backward(hidden, gradient, rows);
    down.backwardInput(gradient, dHidden, rows, false);
    for (int i = 0; i < hidden.length; i++) {
      float s = sigmoid[i];
      dLinear[i] = dHidden[i] * gated[i] * s;
      dGated[i] = dHidden[i] * linear[i] * s * (1 + gated[i] * (1 - s));
    }
    gate.backward(normalised, dGated, rows);
    up.backward(normalised, dLinear, rows);
    gate.backwardInput(dGated, dNormalised, rows, false);
    up.backwardInput(dLinear, dNormalised, rows, true);
    norm.backward(x, dNormalised, gradient, rows);
  }
}
