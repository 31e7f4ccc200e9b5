package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** The greater of two. */
@OpInfo(name = "maximum", summary = "greater of two elements")
public record Maximum() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return Math.max(a, b);
  }

  @Override
  public boolean isArithmetic() {
    return false;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    return Math.max(errorA, errorB);
  }

  @Override
  public double functionError(double y, ErrorModel model) {
    return 0;
  }
}
