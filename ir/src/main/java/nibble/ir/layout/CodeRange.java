package nibble.ir.layout;

import nibble.ir.format.NumberFormat;

/**
 * The codes over which a scale spreads the elements of a box.
 *
 * @param least the most negative code of the format
 * @param most the largest code that a symmetric quantizer uses
 * @param mantissaBits bits of the largest code behind its leading one
 * @param isInteger whether codes are integers
 */
public record CodeRange(double least, double most, int mantissaBits, boolean isInteger) {
  /** The codes of a format. */
  public static CodeRange of(NumberFormat format) {
    return new CodeRange(format.min(), format.symmetricMax(), format.mantissaBits(), format.isInteger());
  }

  /** Codes times scales of a format, which an outer scale spreads: up to the product of the largest of both. */
  public CodeRange times(NumberFormat scales) {
    double product = most * scales.max();
    return new CodeRange(-product, product, scales.mantissaBits(), false);
  }
}
