package nibble.ir.bound;

import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * What is known of the arithmetic of kernels for a target. Kernels compute elementwise in f32, whatever the type of the
 * tensors, and round once where they store; integers are computed exactly, modulo the width of their format.
 *
 * <p>Every bound is asked for the largest magnitude that the kernel's value may have, not for that of the exact value,
 * and must not decrease with the magnitude, so that it holds for every lesser value too. A target that flushes
 * subnormals to zero therefore adds {@code min(magnitude, 2^-126)}. A bound that says nothing is
 * {@link Double#POSITIVE_INFINITY}.
 */
public interface ErrorModel {
  /**
   * More than f64 interpretation may be off itself, for each unit of the result of one operation or function: the
   * functions of {@link Math} are within 2.5 units in the last place and {@code erf} within 8, and a bound that
   * compares two of their results takes both.
   */
  double REFERENCE = 0x1p-46;

  /** Bound of the error of one correctly rounded f32 operation with a result of that magnitude. */
  default double arithmetic(double magnitude) {
    return Formats.F32.roundingError(magnitude);
  }

  /**
   * Bound of the error of a quotient of that magnitude by a number of a format of powers of two. Its reciprocal is
   * found by the bits of the exponent, exactly and for subnormals too.
   */
  default double byPower(double magnitude) {
    return arithmetic(magnitude);
  }

  /**
   * Bound of the error of one elementary function, besides that of its argument, and of what the function is computed
   * with: where {@code exp(x)} is {@code ex2(x log2 e)}, the rounded product counts. What underflows counts as well.
   *
   * <p>Infinite arguments are asked for too; targets give what IEEE 754 does. A zero by a number is not asked for: it
   * is zero.
   *
   * @param op name of the op: {@code exp}, {@code log}, {@code sqrt}, {@code rsqrt}, {@code reciprocal}, {@code tanh},
   *     {@code erf}, {@code sin}, {@code cos}, {@code div}, {@code pow}, or of a plugin's
   * @param argument the argument of the largest magnitude that the kernel may have; of {@code div} the divisor of the
   *     least magnitude; of {@code pow} the exponent of the largest magnitude
   * @param value the largest magnitude of the result, with its sign
   */
  double function(String op, double argument, double value);

  /**
   * Bound of the error of a sum of f32 terms in any order, for each unit of the sum of their magnitudes: one rounding
   * for each addition (Higham, equation 4.4). A sum of f32 has no error of underflow.
   */
  default double sum(long terms) {
    return gamma(Math.max(0, terms - 1), 0x1p-24);
  }

  /**
   * Bound of the error of a dot product, for each unit of {@code sum |a||b|} of the operands' values: products,
   * accumulation, and for scaled operands the conversion of integer sums and the application of scales. Underflow is
   * not its business ({@code MatMul} adds it), and neither is the rounding to the result's format.
   *
   * @param left type of the left operand of the matrix product
   * @param right type of the right operand
   * @param length number of products
   */
  double dot(TensorType left, TensorType right, long length);

  /** Bound of the error of storing an f32 result in a format. */
  default double store(NumberFormat format, double magnitude) {
    boolean holdsF32 = format.bits() >= Float.SIZE || format.isInteger();
    return holdsF32 ? 0 : format.roundingError(magnitude);
  }

  /** {@code n u / (1 - n u)}: the bound of n roundings in a row (Higham, lemma 3.1); infinite where it says nothing. */
  static double gamma(double roundings, double unit) {
    double product = roundings * unit;
    return product < 1 ? product / (1 - product) : Double.POSITIVE_INFINITY;
  }
}
