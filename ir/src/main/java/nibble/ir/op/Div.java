package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** The quotient. */
@OpInfo(
    name = "div",
    summary = "quotient of two elements; of integers, truncated",
    rounding = "one rounding, plus the function's error on the target; of integers toward zero, by zero all ones")
public record Div() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a / b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return b == 0 ? -1 : a / b;
  }

  @Override
  public boolean keepsInfinity(double a, double errorA, double b, double errorB) {
    return Double.isInfinite(a) && Math.abs(b) > errorB;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    if (errorA == 0 && errorB == 0) {
      return 0;
    }
    double least = Math.abs(b) - errorB;
    if (!(least > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    // |a'/b' - a/b| = |(a' - a) b - a (b' - b)| / |b b'|
    return (errorA + Math.abs(a / b) * errorB) / least;
  }

  /** A zero by a number is zero on every target. */
  @Override
  public double functionError(double a, double errorA, double b, double errorB, double y, ErrorModel model) {
    boolean isZero = a == 0 && errorA == 0 && Math.abs(b) - errorB > 0;
    return isZero ? 0 : model.function("div", Math.abs(b) - errorB, y);
  }

  /** Integers are truncated, which adds less than 1 where the quotient is off at all. */
  @Override
  public double integerSpread(double a, double errorA, double b, double errorB) {
    double spread = spread(a, errorA, b, errorB);
    return spread == 0 ? 0 : spread + 1;
  }
}
