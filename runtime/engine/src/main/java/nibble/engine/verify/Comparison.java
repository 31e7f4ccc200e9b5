package nibble.engine.verify;

import nibble.ir.eval.Tensor;

/**
 * How far one tensor is from another, as a whole.
 *
 * @param cosine cosine of the angle between them
 * @param sqnrDb signal to quantization noise ratio in decibels: {@code 10 log10(sum x^2 / sum (x - y)^2)}; infinite where
 *     they are equal
 * @param maxAbsError the largest difference of two elements
 */
public record Comparison(double cosine, double sqnrDb, double maxAbsError) {
  /** Compares with a reference of the same shape. */
  public static Comparison of(Tensor reference, Tensor other) {
    double[] x = reference.values();
    double[] y = other.values();
    if (x.length != y.length) {
      throw new IllegalArgumentException(reference.type() + " and " + other.type() + " have different sizes");
    }
    double xx = 0;
    double yy = 0;
    double xy = 0;
    double noise = 0;
    double max = 0;
    for (int i = 0; i < x.length; i++) {
      xx += x[i] * x[i];
      yy += y[i] * y[i];
      xy += x[i] * y[i];
      noise += (x[i] - y[i]) * (x[i] - y[i]);
      max = Math.max(max, Math.abs(x[i] - y[i]));
    }
    double cosine = xx == 0 && yy == 0 ? 1 : xy / Math.sqrt(xx * yy);
    return new Comparison(cosine, noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(xx / noise), max);
  }
}
