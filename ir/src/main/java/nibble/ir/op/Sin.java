package nibble.ir.op;

import nibble.ir.OpInfo;

/** The sine. */
@OpInfo(
    name = "sin",
    summary = "sine of each element, in radians",
    rounding = "one rounding, plus the function's error on the target")
public record Sin() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.sin(x);
  }

  @Override
  public double spread(double x, double error) {
    return Math.min(error, 2);
  }
}
