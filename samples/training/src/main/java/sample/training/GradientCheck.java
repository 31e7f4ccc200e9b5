package sample.training;

import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * Holds the gradient of a parameter against central differences of the loss: along the gradient, and along it with
 * random signs.
 *
 * @param loss computed anew of what the parameters are
 * @param random for signs
 */
public record GradientCheck(DoubleSupplier loss, RandomGenerator random) {
  private static final int DIRECTIONS = 4;
  private static final double STEP = 0.004;

  /**
   * The largest difference of a slope and what is measured, as a part of the gradient's length: where signs nearly
   * cancel, that still counts.
   */
  public double worst(Parameter parameter) {
    float[] gradient = parameter.gradient();
    double square = 0;
    for (float g : gradient) {
      square += g * g;
    }
    double norm = Math.sqrt(square);
    double worst = 0;
    for (int trial = 0; trial < DIRECTIONS; trial++) {
      float[] direction = new float[gradient.length];
      double slope = 0;
      for (int i = 0; i < gradient.length; i++) {
        double sign = trial > 0 && random.nextBoolean() ? -1 : 1;
        direction[i] = (float) (sign * gradient[i] / norm);
        slope += direction[i] * gradient[i];
      }
      double measured = (lossAt(parameter, direction, STEP) - lossAt(parameter, direction, -STEP)) / (2 * STEP);
      worst = Math.max(worst, Math.abs(slope - measured) / norm);
    }
    return norm > 0 ? worst : Double.POSITIVE_INFINITY;
  }

  private double lossAt(Parameter parameter, float[] direction, double step) {
    float[] value = parameter.value();
    float[] kept = value.clone();
    for (int i = 0; i < value.length; i++) {
      value[i] += (float) (step * direction[i]);
    }
    double result = loss.getAsDouble();
    System.arraycopy(kept, 0, value, 0, kept.length);
    return result;
  }
}
