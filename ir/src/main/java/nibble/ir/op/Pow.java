package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;

/** The power. */
@OpInfo(
    name = "pow",
    summary = "first element to the power of the second",
    rounding = "computed as exp2(b log2 a), with the errors of these on the target")
public record Pow() implements BinaryOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    operands.forEach(this::expectFloat);
    return BinaryOp.super.infer(operands);
  }

  @Override
  public double apply(double a, double b) {
    return Math.pow(a, b);
  }

  @Override
  public boolean keepsInfinity(double a, double errorA, double b, double errorB) {
    return false;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    boolean noProduct = a - errorA == 0 && b - errorB <= 0 || Double.isInfinite(a) || Double.isInfinite(b);
    if (a - errorA < 0 || noProduct) {
      // A kernel takes the logarithm of the base: NaN of a negative one whatever the exponent is, and infinity times 0
      // is too.
      return Double.POSITIVE_INFINITY;
    }
    if (errorA == 0 && errorB == 0) {
      return 0;
    }
    // Monotone in each argument for a positive base, so the corners hold the extremes.
    double y = Math.pow(a, b);
    double worst = 0;
    for (double base : new double[] {Math.max(0, Math.nextDown(a - errorA)), Math.nextUp(a + errorA)}) {
      for (double exponent : new double[] {Math.nextDown(b - errorB), Math.nextUp(b + errorB)}) {
        worst = Math.max(worst, Math.abs(Math.pow(base, exponent) - y));
      }
    }
    return worst;
  }

  @Override
  public double functionError(double a, double errorA, double b, double errorB, double y, ErrorModel model) {
    return model.function("pow", Math.abs(b) + errorB, y);
  }
}
