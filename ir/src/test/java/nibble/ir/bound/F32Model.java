package nibble.ir.bound;

import nibble.ir.TensorType;
import nibble.ir.format.Formats;

/**
 * The arithmetic of {@link SimulatedKernel}: correctly rounded f32, functions with errors as the PTX ISA promises them.
 */
public final class F32Model implements ErrorModel {
  /** Roundings of f32 that the truncation of one step of a simulated tensor core is worth. */
  private static final int STEP_ROUNDINGS = SimulatedDot.STEP + 3;

  @Override
  public double function(String op, double argument, double value) {
    double magnitude = Math.abs(value);
    double ulp = 2 * Formats.F32.roundingError(magnitude);
    double relative = 2 * 0x1p-24 * magnitude;
    return switch (op) {
      // The argument is multiplied by log2 e, a rounded constant, and the product is rounded.
      case "exp" -> 2 * ulp + 2 * Math.abs(argument) * relative;
      // The logarithm is off by 2^-22 where it is small, and its product with the exponent is rounded.
      case "pow" -> 2 * ulp + 8 * Math.abs(argument) * relative + 8 * product(magnitude) * 0x1p-23;
      case "log" -> 0x1p-21 * Math.max(1, magnitude) + ulp;
      case "sin", "cos" -> 0x1p-20 * Math.max(1, Math.abs(argument));
      case "tanh" -> 0x1p-11 * magnitude + ulp;
      case "sqrt", "rsqrt", "reciprocal", "div", "erf", "erfc" -> 2 * ulp;
      default -> throw new IllegalArgumentException(op);
    };
  }

  /** The largest {@code z |log2 z|} for z up to that; below 1 it is at most 0.531. */
  private static double product(double y) {
    double product = y == 0 ? 0 : y * Math.abs(Math.log(y)) / Math.log(2);
    return y < 1 / Math.E ? product : Math.max(0.531, product);
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    if (left.isScaled() || right.isScaled()) {
      // Codes times scales on both sides or on the integer sum, and the conversion of that.
      return ErrorModel.gamma(length + 5, 0x1p-24);
    }
    // A sum of rounded products, or steps of a tensor core.
    double steps = Math.ceilDiv(length, SimulatedDot.STEP);
    return Math.max(ErrorModel.gamma(length + 1, 0x1p-24), ErrorModel.gamma(steps * STEP_ROUNDINGS, 0x1p-24));
  }
}
