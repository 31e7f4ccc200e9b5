package nibble.ir.op;

import nibble.ir.OpInfo;

/** The exponential. */
@OpInfo(
    name = "exp",
    summary = "e to the power of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Exp() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.exp(x);
  }
}
