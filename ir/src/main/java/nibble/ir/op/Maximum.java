package nibble.ir.op;

import nibble.ir.OpInfo;

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
  public boolean picks() {
    return true;
  }
}
