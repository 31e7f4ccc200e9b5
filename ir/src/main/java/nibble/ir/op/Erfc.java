package nibble.ir.op;

import nibble.ir.OpInfo;

/** The complementary error function, which does not cancel where the error function nears 1. */
@OpInfo(
    name = "erfc",
    summary = "1 minus the error function of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Erfc() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Erf.erfc(x);
  }
}
