package nibble.ir.op;

import nibble.ir.TensorType;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.CodeRange;

/**
 * From quotients to codes of one level.
 *
 * @param format of the codes
 * @param rounding how they are rounded
 * @param level 0 for codes, 1 for those of the residual
 * @param least the most negative code
 * @param most the largest code
 * @param isAffine whether a zero point is added to the rounded quotient
 */
record Quantizer(NumberFormat format, RoundingMode rounding, int level, double least, double most, boolean isAffine) {
  /** The quantizer of the codes of a type, besides its residual. */
  static Quantizer of(TensorType type, RoundingMode rounding, int level) {
    NumberFormat format = type.format();
    if (type.zeroType().isPresent()) {
      return new Quantizer(format, rounding, level, format.min(), format.max(), true);
    }
    CodeRange codes = CodeRange.of(format);
    double least = type.scale().orElseThrow().rule().leastCode(codes);
    return new Quantizer(format, rounding, level, least, codes.most(), false);
  }

  /**
   * The code of an element. It does not decrease with the quotient.
   *
   * @param quotient the element over its scale
   * @param zero the zero point; 0 of symmetric codes
   * @param element index of the element, which stochastic rounding draws its bits for
   */
  double code(double quotient, double zero, long element) {
    if (isAffine) {
      double integer = rounding.at(format, element, level).toInteger(Double.isNaN(quotient) ? 0 : quotient);
      return Math.clamp(integer + zero, least, most);
    }
    double code = format.decode(format.encode(quotient, rounding.at(format, element, level)));
    return Math.clamp(code, least, most);
  }

  /**
   * Bound of the distance of a quotient of that magnitude, of which nothing is clipped, from its code: half a gap where
   * it is rounded to nearest, else a gap.
   */
  double roundingError(double magnitude) {
    boolean nearest = rounding instanceof FixedRounding fixed && fixed != FixedRounding.TOWARD_ZERO;
    return (nearest ? 1 : 2) * format.roundingError(magnitude);
  }

  /** The largest magnitude of a code, less its zero point. */
  double widest() {
    return isAffine ? most - least : Math.max(most, -least);
  }
}
