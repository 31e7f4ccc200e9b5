package nibble.ir.op;

import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/** What the bounds of all elementwise ops have in common. */
final class ElementError {
  private ElementError() {}

  /**
   * The bound for an element that a kernel computes in f32 with some error and then may round to its format. An
   * infinity is expected to be the kernel's own, which the caller knows to be the case.
   *
   * @param exact the exact value
   * @param computed bound of the error before rounding
   * @param rounding bound of the error of rounding a value that is so far from the exact one
   */
  static double stored(double exact, double computed, NumberFormat format, double rounding) {
    if (Double.isInfinite(exact)) {
      return Double.isFinite(computed) && format.round(exact) == exact ? 0 : Double.POSITIVE_INFINITY;
    }
    // Zero is a number of every format.
    return exact == 0 && computed == 0 ? 0 : computed + rounding;
  }

  /** {@link #stored} for a kernel that rounds as the model says; a number of the format stays where nothing is off. */
  static double stored(double exact, double computed, NumberFormat format, ErrorModel model) {
    if (computed == 0 && format.round(exact) == exact) {
      return 0;
    }
    boolean infinite = Double.isInfinite(exact);
    return stored(exact, computed, format, infinite ? 0 : model.store(format, Math.abs(exact) + computed));
  }

  /**
   * The bound for an integer whose operands are off: as far as these spread it, but anything that the format holds
   * where it may wrap.
   *
   * @param exact the exact value, wrapped
   * @param spread bound of the error before wrapping
   */
  static double integer(double exact, double spread, NumberFormat format) {
    // From 2^53 on a double does not tell neighbours apart, so that the distance to the end of the range is not known.
    boolean inRange = exact + spread <= format.max() && exact - spread >= format.min();
    boolean isPrecise = Math.abs(exact) + spread < 0x1p53;
    return spread == 0 || inRange && isPrecise ? spread : format.max() - format.min();
  }
}
