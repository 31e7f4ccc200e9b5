package nibble.codegen;

import nibble.codegen.lower.ElementaryFunction;
import nibble.codegen.target.ApproximateFunction;
import nibble.codegen.target.Target;
import nibble.codegen.target.TensorArithmetic;
import nibble.codegen.target.TensorFormat;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.Formats;
import nibble.ir.layout.ScaleLayout;

/**
 * The arithmetic of the kernels of this backend on a target, as far as errors go.
 *
 * @param target whose tensor cores accumulate
 */
public record KernelArithmetic(Target target) implements ErrorModel {
  private static final double UNIT = 0x1p-24;
  /** Sums of products of i8 below this are exact in f32. */
  private static final long EXACT_PRODUCTS = (1 << 24) / (127 * 127);

  @Override
  public double function(String op, double argument, double value) {
    return switch (op) {
      case "exp" -> ElementaryFunction.EXP.error(argument, value);
      case "log" -> ElementaryFunction.LOG.error(argument, value);
      case "sqrt" -> ElementaryFunction.SQRT.error(argument, value);
      case "rsqrt" -> ElementaryFunction.RSQRT.error(argument, value);
      case "reciprocal" -> ElementaryFunction.RECIPROCAL.error(argument, value);
      case "tanh" -> ElementaryFunction.TANH.error(argument, value);
      case "erf" -> ElementaryFunction.ERF.error(argument, value);
      case "erfc" -> ElementaryFunction.ERFC.error(argument, value);
      case "sin" -> ElementaryFunction.SIN.error(argument, value);
      case "cos" -> ElementaryFunction.COS.error(argument, value);
      case "pow" -> power(argument, value);
      // Of zero it is zero, so that the scale of a row of zeros is known.
      case "div" -> value == 0 ? 0 : ApproximateFunction.DIV_FULL.errorBound(value);
      // Of anything else nothing is promised.
      default -> Double.POSITIVE_INFINITY;
    };
  }

  /**
   * Of {@code 2^(b log2 a)}. The logarithm is off by {@code 2^-22 max(1, |log2 a|)}, its product with b is rounded, and
   * {@code 2^s - 1} is at most s where s is.
   */
  private static double power(double exponent, double value) {
    double logarithm = ApproximateFunction.LG2.errorBound(1);
    if (exponent * logarithm > 0.5) {
      return Double.POSITIVE_INFINITY;
    }
    return value * exponent * logarithm + timesLogarithm(value) * (logarithm + UNIT)
        + ApproximateFunction.EX2.errorBound(value) + Float.MIN_NORMAL;
  }

  /** The largest {@code z |log2 z|} for z up to that; below 1 it is at most 0.531. */
  private static double timesLogarithm(double y) {
    double product = y == 0 ? 0 : y * Math.abs(Math.log(y)) / Math.log(2);
    return y < 1 / Math.E ? product : Math.max(0.531, product);
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    if (isByte(left) && isByte(right)) {
      return scaledIntegers(left, right, length);
    }
    if (left.format().equals(Formats.F32) && right.format().equals(Formats.F32)) {
      // One fused multiply-add after the other.
      return ErrorModel.gamma(length, UNIT);
    }
    if (left.isScaled() && right.isScaled()) {
      // Codes become f16, without error.
      double unpacked = tensorCores(left, length) + scaledSums(left, right, length, 0);
      return Math.max(unpacked, new CodeArithmetic(target).dot(left, right, length));
    }
    return tensorCores(left, length);
  }

  /** Whether elements are integers that kernels multiply as i8. */
  private static boolean isByte(TensorType type) {
    return type.format().isInteger() && type.format().min() >= Formats.I8.min()
        && type.format().max() <= Formats.I8.max();
  }

  /** Integer sums are exact; their conversion, two scales and the sum over blocks round. */
  private static double scaledIntegers(TensorType left, TensorType right, long length) {
    long depth = Math.min(scaleDepth(left, length), scaleDepth(right, length));
    return scaledSums(left, right, length, Math.min(depth, length) > EXACT_PRODUCTS ? 1 : 0);
  }

  /** Two scales, and the sum over blocks of the same scales. */
  private static double scaledSums(TensorType left, TensorType right, long length, long conversion) {
    long depth = Math.min(scaleDepth(left, length), scaleDepth(right, length));
    long blocks = Math.ceilDiv(length, depth);
    // A block may be cut further by tiles of 64, each of which is converted, scaled and added.
    boolean residual = left.residual().isPresent() || right.residual().isPresent();
    long tiles = blocks > 1 || residual ? Math.ceilDiv(length, Math.min(depth, 64)) : 0;
    // A second level of codes is added in the same way.
    long sums = residual ? 2 * tiles : tiles;
    return ErrorModel.gamma(scaleLevels(left) + scaleLevels(right) + conversion + sums, UNIT);
  }

  /** How many scales an element has, each of which is a product that rounds. */
  private static int scaleLevels(TensorType type) {
    return type.isScaled() ? type.scaleType().isScaled() ? 2 : 1 : 0;
  }

  /** Least number of products that surely share their scales. */
  static long scaleDepth(TensorType type, long length) {
    return type.scale().map(ScaleLayout::granularity)
        .flatMap(granularity -> granularity.boxWithin(type.shape()).stream()
            .filter(side -> side.isConstant() && side.constant() > 1)
            .map(side -> Math.min(side.constant(), length)).min(Long::compare))
        .orElse(length);
  }

  /**
   * Each step of an instruction cuts its terms to so many bits below the largest, and its result; none of them is
   * larger than the sum of all magnitudes.
   */
  private double tensorCores(TensorType operand, long length) {
    return switch (operand.format().name()) {
      case "tf32" -> tensorCores(TensorFormat.TF32, 8, length);
      case "bf16" -> tensorCores(TensorFormat.BF16, 16, length);
      default -> tensorCores(TensorFormat.F16, 16, length);
    };
  }

  private double tensorCores(TensorFormat format, int depth, long length) {
    return target.arithmetic(format).map(arithmetic -> steps(arithmetic, depth, length))
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** The error of one step of an instruction of that depth, for each unit of the sum of all magnitudes. */
  static double step(TensorArithmetic arithmetic, int depth) {
    int terms = arithmetic.productsPerStep(depth) + 1;
    return terms * Math.scalb(1.0, -arithmetic.fractionBits()) + Math.scalb(1.0, -arithmetic.outputFractionBits());
  }

  private static double steps(TensorArithmetic arithmetic, int depth, long length) {
    // Tiles of shared memory are up to 64 deep, so a little more than the length is summed; zeros cut nothing but the
    // result.
    long count = Math.ceilDiv(length, 64) * (64 / depth) * arithmetic.steps();
    return ErrorModel.gamma(count, step(arithmetic, depth));
  }
}
