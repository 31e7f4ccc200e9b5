package nibble.ir.bound;

import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * What is known of the arithmetic of kernels for a target. Kernels compute elementwise in f32, whatever the type of the
 * tensors, and round once where they store.
 */
public interface ErrorModel {
  /** Bound of the error of one correctly rounded f32 operation with a result of that magnitude. */
  default double arithmetic(double magnitude) {
    return Formats.F32.roundingError(magnitude);
  }

  /**
   * Bound of the error of one elementary function, besides that of its argument.
   *
   * @param op name of the op, such as {@code exp}
   * @param argument the exact argument
   * @param value the exact result
   */
  double function(String op, double argument, double value);

  /** Bound of the error of a sum of f32 terms in any order, for each unit of the sum of their magnitudes. */
  default double sum(long terms) {
    return gamma(Math.max(0, terms - 1), 0x1p-24);
  }

  /**
   * Bound of the error of a dot product, for each unit of {@code sum |a||b|}: products, accumulation, and the application
   * of scales.
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
