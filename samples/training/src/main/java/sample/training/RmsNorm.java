package sample.training;

/** {@code y = x g / sqrt(mean(x^2) + 1e-6)} for each row. */
public final class RmsNorm {
  private static final double EPSILON = 1e-6;
  private final int width;
  private final Parameter gain;

  /** {@code name} is that of its path; its gains are ones. */
  public RmsNorm(String name, int width) {
    this.width = width;
    gain = Parameter.filled(name + ".weight", 1, width);
  }

  /** The gains. */
  public Parameter parameter() {
    return gain;
  }

  /** Normalises rows. */
  public void forward(float[] x, float[] y, int rows) {
    float[] g = gain.value();
    for (int at = 0; at < rows * width; at += width) {
      float r = reciprocal(x, at);
      for (int i = 0; i < width; i++) {
        y[at + i] = x[at + i] * r * g[i];
      }
    }
  }

  /** Adds to the gradients of the gain and of x. */
  public void backward(float[] x, float[] dy, float[] dx, int rows) {
    float[] g = gain.value();
    float[] dg = gain.gradient();
    for (int at = 0; at < rows * width; at += width) {
      float r = reciprocal(x, at);
      float dot = 0;
      for (int i = 0; i < width; i++) {
        float product = dy[at + i] * x[at + i];
        dg[i] += product * r;
        dot += product * g[i];
      }
      float back = dot * r * r * r / width;
      for (int i = 0; i < width; i++) {
        dx[at + i] += dy[at + i] * g[i] * r - x[at + i] * back;
      }
    }
  }

  private float reciprocal(float[] x, int at) {
    float sum = 0;
    for (int i = 0; i < width; i++) {
      sum += x[at + i] * x[at + i];
    }
    return (float) (1 / Math.sqrt(sum / width + EPSILON));
  }
}
