package nibble.ir.op;

import nibble.ir.OpInfo;

/** The square root. */
@OpInfo(
    name = "sqrt",
    summary = "square root of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Sqrt() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.sqrt(x);
  }
}
