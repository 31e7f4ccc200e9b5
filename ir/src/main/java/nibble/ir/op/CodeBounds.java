package nibble.ir.op;

import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.op.ScaleBounds.Range;

/**
 * What the codes of one level of a kernel's quantizer, times their scales, may be.
 *
 * <p>The kernel's code is that of some quotient in the interval that the errors of element and scale span, times a
 * scale in its range. Codes do not decrease with the quotient, stochastic ones neither, since both sides draw the same
 * bits; and the value is linear in the scale. So the farthest value is at a corner.
 *
 * @param type of the level
 * @param quantizer of the level
 * @param scales what its scales may be
 * @param zeros what its zero points may be, of affine codes
 */
record CodeBounds(
    TensorType type, Quantizer quantizer, ScaleBounds scales, Optional<ZeroBounds> zeros, ErrorModel model) {
  /** From one number to another. */
  record Interval(double low, double high) {}

  /**
   * How far the kernel's value may be from a number.
   *
   * @param index of the element
   * @param box of the element
   * @param x the exact element
   * @param inherited how far the kernel's element may be from it
   * @param number mostly the value of interpretation
   */
  double error(int index, int box, double x, double inherited, double number) {
    if (scales.replaced()[box]) {
      return Math.abs(number) + replacedMagnitude(index, box, Math.abs(x) + inherited);
    }
    double worst = 0;
    for (Range range : scales.ranges().get(box)) {
      worst = Math.max(worst, error(index, box, x, inherited, number, range));
    }
    return worst + (worst > 0 ? ErrorModel.REFERENCE * Math.abs(number) : 0);
  }

  /**
   * The largest magnitude of a value where the scale may be replaced by 1: the code is that of the element then; else
   * no value is larger than the largest code times the scale. But the reciprocal of a scale that is subnormal is
   * infinite, and times 0 it is NaN, which an integer code does not have.
   */
  private double replacedMagnitude(int index, int box, double magnitude) {
    boolean subnormal = 2 * type.scaleType().format().roundingError(0) < Float.MIN_NORMAL;
    if (type.scaleType().isScaled() || subnormal && !quantizer.format().isInteger()) {
      return Double.POSITIVE_INFINITY;
    }
    double unscaled = quantizer.isAffine() ? magnitude + 1 : quantizer.code(magnitude, 0, index);
    return Math.max(quantizer.widest() * scales.high(box), unscaled);
  }

  private double error(int index, int box, double x, double inherited, double number, Range range) {
    Interval quotients = quotients(x, inherited, range);
    if (!Double.isFinite(quotients.low()) && !quantizer.format().isInteger() || Double.isNaN(quotients.low())) {
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    // Without clipping the zero point cancels; with it, the value does not increase with the zero point.
    for (boolean atLow : new boolean[] {true, false}) {
      for (double quotient : new double[] {quotients.low(), quotients.high()}) {
        double code = code(quotient, index, box, atLow);
        worst = Math.max(worst, Math.abs(code * range.low() - number));
        worst = Math.max(worst, Math.abs(code * range.high() - number));
      }
    }
    return worst;
  }

  /**
   * The quotients by a scale in a range that a kernel may compute. NaN where nothing is known; infinite where the
   * reciprocal of the scale may be infinite, and times 0 NaN: of integers that is 0, which saturated codes are on both
   * sides of.
   */
  private Interval quotients(double x, double inherited, Range range) {
    if (!Double.isFinite(x) || !Double.isFinite(inherited) || !range.isPositive()) {
      return new Interval(Double.NaN, Double.NaN);
    }
    double reach = range.quotientError(Math.abs(x) + inherited, model);
    double least = Math.nextDown(x - inherited);
    double most = Math.nextUp(x + inherited);
    return new Interval(
        Math.nextDown(Math.min(least / range.low(), least / range.high()) - reach),
        Math.nextUp(Math.max(most / range.low(), most / range.high()) + reach));
  }

  /** A code, less one of the two zero points between which it is. */
  private double code(double quotient, int index, int box, boolean atLow) {
    if (zeros.isEmpty()) {
      return quantizer.code(quotient, 0, index);
    }
    double zero = atLow ? zeros.get().low()[box] : zeros.get().high()[box];
    return quantizer.code(quotient, zero, index) - zero;
  }

  /** What magnitude the difference of a kernel's element and its value may have. */
  Interval left(int index, int box, double x, double inherited) {
    double magnitude = Math.abs(x) + inherited;
    if (scales.replaced()[box]) {
      return new Interval(0, magnitude + replacedMagnitude(index, box, magnitude));
    }
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (Range range : scales.ranges().get(box)) {
      Interval left = left(index, box, x, inherited, range);
      low = Math.min(low, left.low());
      high = Math.max(high, left.high());
    }
    return new Interval(low, high);
  }

  private Interval left(int index, int box, double x, double inherited, Range range) {
    Interval quotients = quotients(x, inherited, range);
    if (!Double.isFinite(quotients.low()) || !Double.isFinite(quotients.high())) {
      return new Interval(0, Double.POSITIVE_INFINITY);
    }
    double least = Math.min(
        code(quotients.low(), index, box, true), code(quotients.low(), index, box, false));
    double most = Math.max(
        code(quotients.high(), index, box, true), code(quotients.high(), index, box, false));
    boolean few = least == most || isNext(least, most);
    Interval one = few ? left(least, x, inherited, range) : new Interval(0, 0);
    Interval other = few ? left(most, x, inherited, range) : left(least, x, inherited, range);
    double high = Math.max(one.high(), Math.max(other.high(), few ? 0 : left(most, x, inherited, range).high()));
    return new Interval(few ? Math.min(one.low(), other.low()) : 0, high);
  }

  /** Whether no code is between them. */
  private boolean isNext(double least, double most) {
    if (quantizer.isAffine()) {
      return most == least + 1;
    }
    double inner = Math.min(Math.abs(least), Math.abs(most));
    double outer = Math.max(Math.abs(least), Math.abs(most));
    return (least >= 0 || most <= 0) && quantizer.format().above(inner) == outer;
  }

  /** Of one code. */
  private static Interval left(double code, double x, double inherited, Range range) {
    double value = Math.min(code * range.low(), code * range.high());
    double other = Math.max(code * range.low(), code * range.high());
    double low = Math.nextDown(x - inherited - other);
    double high = Math.nextUp(x + inherited - value);
    double least = low > 0 ? low : high < 0 ? -high : 0;
    return new Interval(least, Math.max(-low, high));
  }

  /**
   * How far the kernel's value may be from its element, which is no larger than that.
   *
   * @param magnitude of the element
   */
  double distance(int index, int box, double magnitude) {
    if (scales.replaced()[box]) {
      return magnitude + replacedMagnitude(index, box, magnitude);
    }
    double limit = Math.min(quantizer.most(), -quantizer.least());
    double worst = 0;
    for (Range range : scales.ranges().get(box)) {
      double reach = range.isPositive() ? range.quotientError(magnitude, model) : Double.POSITIVE_INFINITY;
      double code = quantizer.roundingError(Math.min(magnitude / range.low() + reach, limit));
      double clipped = Math.max(0, Math.nextUp(magnitude - limit * range.low()));
      worst = Math.max(worst, range.high() * (code + reach) + clipped);
    }
    return worst;
  }
}
