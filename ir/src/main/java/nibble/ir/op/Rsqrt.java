package nibble.ir.op;

import nibble.ir.OpInfo;

/** The reciprocal square root. */
@OpInfo(
    name = "rsqrt",
    summary = "reciprocal square root of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Rsqrt() implements UnaryOp {
  @Override
  public double apply(double x) {
    return 1 / Math.sqrt(x);
  }
}
