package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** The remainder of a division toward zero. */
@OpInfo(
    name = "remainder",
    summary = "remainder of a division toward zero; it has the sign of the dividend",
    rounding = "computed as a - trunc(a / b) b; of integers exact, by zero it is the dividend")
public record Remainder() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a % b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return b == 0 ? a : a % b;
  }

  @Override
  public boolean keepsInfinity(double a, double errorA, double b, double errorB) {
    return false;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    if (errorA == 0 && errorB == 0) {
      return 0;
    }
    // Each remainder is less than its divisor; it jumps where the quotient crosses an integer.
    return Math.abs(b) > errorB ? 2 * (Math.abs(b) + errorB) : Double.POSITIVE_INFINITY;
  }

  @Override
  public double functionError(double a, double errorA, double b, double errorB, double y, ErrorModel model) {
    // Kernels compute a - trunc(a / b) b. The truncated quotient is off by as much as the quotient, and by 1 more where
    // that is next to an integer; the product and the difference are rounded.
    double dividend = Math.abs(a) + errorA;
    double divisor = Math.abs(b) + errorB;
    double least = Math.abs(b) - errorB;
    double off = model.function("div", least, dividend / least);
    double quotient = Math.abs(a / b);
    boolean certain = errorA == 0 && errorB == 0 && Math.abs(quotient - Math.rint(quotient)) > off;
    double jump = certain ? 0 : (1 + off) * divisor;
    return jump + 2 * model.arithmetic(dividend + jump);
  }
}
