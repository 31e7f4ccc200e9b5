package nibble.ir.op;

import nibble.ir.OpInfo;

/** The hyperbolic tangent. */
@OpInfo(
    name = "tanh",
    summary = "hyperbolic tangent of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Tanh() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.tanh(x);
  }
}
