package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** The product. */
@OpInfo(name = "mul", summary = "product of two elements", rounding = "one rounding; integers wrap")
public record Mul() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a * b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return a * b;
  }

  @Override
  public boolean keepsInfinity(double a, double errorA, double b, double errorB) {
    // Times what may be 0 it is NaN, or has the other sign.
    return Double.isInfinite(a) && Math.abs(b) > errorB || Double.isInfinite(b) && Math.abs(a) > errorA;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    // a'b' - ab = a (b' - b) + (a' - a) b + (a' - a)(b' - b)
    return times(Math.abs(a), errorB) + times(errorA, Math.abs(b)) + errorA * errorB;
  }

  /** The product, where no error of an infinite operand is no error. */
  private static double times(double x, double y) {
    return x == 0 || y == 0 ? 0 : x * y;
  }

  /** A product with 0 is not rounded. */
  @Override
  public double functionError(double a, double errorA, double b, double errorB, double y, ErrorModel model) {
    return y == 0 ? 0 : model.arithmetic(y);
  }
}
