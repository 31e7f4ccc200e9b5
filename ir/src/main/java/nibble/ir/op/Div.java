package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** The quotient. */
@OpInfo(
    name = "div",
    summary = "quotient of two elements; of integers, truncated",
    rounding = "one rounding, plus the function's error on the target; integers divide toward zero, by zero it is all ones")
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
  public double spread(double a, double errorA, double b, double errorB) {
    double least = Math.abs(b) - errorB;
    if (least <= 0) {
      return errorB == 0 && errorA == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    // |a'/b' - a/b| = |(a' - a) b - a (b' - b)| / |b b'|
    return (errorA + Math.abs(a / b) * errorB) / least;
  }

  @Override
  public double functionError(double y, ErrorModel model) {
    return model.function("div", Double.NaN, y);
  }
}
