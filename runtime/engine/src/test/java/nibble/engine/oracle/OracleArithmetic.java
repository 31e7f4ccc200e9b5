package nibble.engine.oracle;

import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.Formats;

/**
 * The arithmetic of ONNX Runtime on a CPU, as far as errors go: f32, sums and dot products in any order, functions
 * within a few units in the last place. Its documentation promises nothing; so these are what a careful implementation
 * in f32 keeps.
 */
record OracleArithmetic() implements ErrorModel {
  private static final double UNIT = 0x1p-24;
  private static final double ULPS = 8;

  @Override
  public double function(String op, double argument, double value) {
    double magnitude = Math.abs(value);
    double ulp = 2 * Formats.F32.roundingError(magnitude);
    return switch (op) {
      // Computed from x log2 e and the like, where the rounding of the argument is stretched by its size.
      case "exp", "pow" -> ULPS * ulp + 4 * Math.abs(argument) * UNIT * magnitude;
      // The vectorised ones are rational functions, whose error near the ends is one of 1.
      case "tanh", "erf" -> ULPS * Math.max(ulp, 0x1p-23 * Math.min(1, magnitude));
      // There is none in ONNX: its Gelu adds 1 to erf, which keeps the error of erf near 1 and rounds the sum.
      case "erfc" -> (ULPS + 1) * 0x1p-23;
      default -> ULPS * ulp;
    };
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    // A scale on either side, or the dequantized values, and the sum.
    return ErrorModel.gamma(length + 5, UNIT);
  }
}
