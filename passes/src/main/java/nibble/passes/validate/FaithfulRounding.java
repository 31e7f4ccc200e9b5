package nibble.passes.validate;

import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/** The rounding errors of faithful interpretation: every result is computed in f64 and rounded once to its type. */
public record FaithfulRounding() implements ErrorModel {
  private static final F64Noise NOISE = new F64Noise();

  @Override
  public double arithmetic(double magnitude) {
    return NOISE.arithmetic(magnitude);
  }

  @Override
  public double function(String op, double argument, double value) {
    return NOISE.function(op, argument, value);
  }

  @Override
  public double sum(long terms) {
    return NOISE.sum(terms);
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    return NOISE.dot(left, right, length);
  }

  @Override
  public double store(NumberFormat format, double magnitude) {
    if (format.isInteger() || format.bits() == Double.SIZE) {
      return 0;
    }
    // Beyond the largest value lies an infinity, or saturation; neither is a rounding.
    return magnitude > format.max() ? Double.POSITIVE_INFINITY : format.roundingError(magnitude);
  }
}
