package nibble.ir.calibration;

import java.util.Arrays;
import java.util.Random;

/** Made-up activations whose channels are alike, and weights. */
public final class AlikeChannels {
  private AlikeChannels() {}

  /** Normally distributed numbers. */
  public static double[] normal(int count, long seed) {
    Random random = new Random(seed);
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> random.nextGaussian());
    return numbers;
  }

  /** {@code X^T X} of activations of which each channel is half a common one. */
  public static double[] gram(int depth, long seed) {
    double[] x = normal(64 * depth, seed);
    double[] gram = new double[depth * depth];
    for (int row = 0; row < 64; row++) {
      for (int i = 0; i < depth; i++) {
        x[row * depth + i] += x[row * depth];
      }
      for (int i = 0; i < depth * depth; i++) {
        gram[i] += x[row * depth + i / depth] * x[row * depth + i % depth];
      }
    }
    return gram;
  }

  /** The squared error of the product of the activations with weights, output channels as rows. */
  public static double error(double[] weights, double[] other, double[] gram, int depth) {
    double error = 0;
    for (int row = 0; row < weights.length; row += depth) {
      for (int i = 0; i < depth * depth; i++) {
        int a = i / depth;
        int b = i % depth;
        error += (weights[row + a] - other[row + a]) * gram[i] * (weights[row + b] - other[row + b]);
      }
    }
    return error;
  }
}
