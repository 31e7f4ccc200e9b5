package nibble.ir.op;

import nibble.ir.OpInfo;

/** The reciprocal. */
@OpInfo(
    name = "reciprocal",
    summary = "reciprocal of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Reciprocal() implements UnaryOp {
  @Override
  public double apply(double x) {
    return 1 / x;
  }

  @Override
  public double spread(double x, double error) {
    // Not monotone across the pole.
    return Math.abs(x) <= error ? Double.POSITIVE_INFINITY : UnaryOp.super.spread(x, error);
  }
}
