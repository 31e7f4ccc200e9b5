package sample.training;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import sample.training.Gemm.Matrix;

/** {@code y = x w + b}, or without b, for rows x. */
public final class Linear {
  private final int inputs;
  private final int outputs;
  private final Parameter weight;
  private final Optional<Parameter> bias;
  private final float[] transposedWeight;
  private float[] transposedInput = new float[0];

  /** {@code rows} may be any number, the same in both directions. */
  public Linear(String name, int inputs, int outputs, boolean biased, RandomGenerator random) {
    this.inputs = inputs;
    this.outputs = outputs;
    weight = Parameter.random(name + ".weight", 1 / Math.sqrt(inputs), random, inputs, outputs);
    bias = biased ? Optional.of(Parameter.filled(name + ".bias", 0, outputs)) : Optional.empty();
    transposedWeight = new float[inputs * outputs];
  }

  /** The weights, and the bias where there is one. */
  public List<Parameter> parameters() {
    return Stream.concat(Stream.of(weight), bias.stream()).toList();
  }

  /** {@code y = x w + b}. */
  public void forward(float[] x, float[] y, int rows) {
    Gemm.multiply(
        Matrix.of(x, inputs), Matrix.of(weight.value(), outputs), Matrix.of(y, outputs), rows, inputs, outputs, false);
    bias.ifPresent(b -> {
      for (int at = 0; at < rows * outputs; at += outputs) {
        for (int i = 0; i < outputs; i++) {
          y[at + i] += b.value()[i];
        }
      }
    });
  }

  /** Adds to the gradients of the weights. */
  public void backward(float[] x, float[] dy, int rows) {
    if (transposedInput.length != rows * inputs) {
      transposedInput = new float[rows * inputs];
    }
    Gemm.transpose(Matrix.of(x, inputs), transposedInput, rows, inputs);
    Gemm.multiply(
        Matrix.of(transposedInput, rows), Matrix.of(dy, outputs), Matrix.of(weight.gradient(), outputs), inputs, rows,
        outputs, true);
    bias.ifPresent(b -> {
      for (int at = 0; at < rows * outputs; at += outputs) {
        for (int i = 0; i < outputs; i++) {
          b.gradient()[i] += dy[at + i];
        }
      }
    });
  }

  /** Sets the gradient of x, or adds to it. */
  public void backwardInput(float[] dy, float[] dx, int rows, boolean add) {
    Gemm.transpose(Matrix.of(weight.value(), outputs), transposedWeight, inputs, outputs);
    Gemm.multiply(
        Matrix.of(dy, outputs), Matrix.of(transposedWeight, inputs), Matrix.of(dx, inputs), rows, outputs, inputs, add);
  }
}
