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
  public double spread(double a, double errorA, double b, double errorB) {
    if (errorA == 0 && errorB == 0) {
      return 0;
    }
    if (a <= errorA) {
      return Double.POSITIVE_INFINITY;
    }
    // Monotone in each argument for a positive base, so the corners hold the extremes.
    double y = Math.pow(a, b);
    double worst = 0;
    for (double base : new double[] {a - errorA, a + errorA}) {
      for (double exponent : new double[] {b - errorB, b + errorB}) {
        worst = Math.max(worst, Math.abs(Math.pow(base, exponent) - y));
      }
    }
    return worst;
  }

  @Override
  public double functionError(double y, ErrorModel model) {
    return model.function("pow", Math.log(Math.abs(y)), y);
  }
}
