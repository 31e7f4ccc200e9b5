package nibble.ir.op;

import nibble.ir.OpInfo;

/** The natural logarithm. */
@OpInfo(
    name = "log",
    summary = "natural logarithm of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Log() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.log(x);
  }
}
