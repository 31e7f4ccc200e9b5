package sample.training;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** A weight with its gradient and the running means of AdamW. */
public final class Parameter {
  private final String name;
  private final int[] extents;
  private final float[] value;
  private final float[] gradient;
  private final float[] mean;
  private final float[] square;

  private Parameter(String name, int... extents) {
    int size = Arrays.stream(extents).reduce(1, Math::multiplyExact);
    this.name = name;
    this.extents = extents;
    value = new float[size];
    gradient = new float[size];
    mean = new float[size];
    square = new float[size];
  }

  /** Normally distributed. */
  public static Parameter random(String name, double deviation, RandomGenerator random, int... extents) {
    Parameter parameter = new Parameter(name, extents);
    for (int i = 0; i < parameter.value.length; i++) {
      parameter.value[i] = (float) (deviation * random.nextGaussian());
    }
    return parameter;
  }

  /** All elements the same. */
  public static Parameter filled(String name, float value, int... extents) {
    Parameter parameter = new Parameter(name, extents);
    Arrays.fill(parameter.value, value);
    return parameter;
  }

  /** Of the weight file. */
  public String name() {
    return name;
  }

  /** Of its axes. */
  public int[] extents() {
    return extents;
  }

  /** Row by row. */
  public float[] value() {
    return value;
  }

  /** Of the loss, summed up since the last step. */
  public float[] gradient() {
    return gradient;
  }

  /**
   * A step of AdamW ("Decoupled Weight Decay Regularization", algorithm 2), which forgets the gradient.
   *
   * @param rate the learning rate
   * @param decay of matrices; vectors are left alone
   * @param step from 1
   */
  void step(double rate, double decay, int step) {
    float first = 0.9f;
    float second = 0.99f;
    float scale = (float) (rate / (1 - StrictMath.pow(first, step)));
    float correction = (float) (1 / (1 - StrictMath.pow(second, step)));
    float keep = extents.length > 1 ? (float) (1 - rate * decay) : 1;
    for (int i = 0; i < value.length; i++) {
      float g = gradient[i];
      mean[i] = first * mean[i] + (1 - first) * g;
      square[i] = second * square[i] + (1 - second) * g * g;
      value[i] = keep * value[i] - scale * mean[i] / ((float) Math.sqrt(square[i] * correction) + 1e-8f);
      gradient[i] = 0;
    }
  }
}
