package nibble.ir.op;

import nibble.ir.OpInfo;

/** The lesser of two. */
@OpInfo(name = "minimum", summary = "lesser of two elements")
public record Minimum() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return Math.min(a, b);
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
