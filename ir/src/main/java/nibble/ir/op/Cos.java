package nibble.ir.op;

import nibble.ir.OpInfo;

/** The cosine. */
@OpInfo(
    name = "cos",
    summary = "cosine of each element, in radians",
    rounding = "one rounding, plus the function's error on the target")
public record Cos() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.cos(x);
  }

  @Override
  public double spread(double x, double error) {
    return Math.min(error, 2);
  }
}
