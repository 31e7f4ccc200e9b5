package nibble.ir.op;

import nibble.ir.OpInfo;

/** The difference. */
@OpInfo(name = "sub", summary = "difference of two elements", rounding = "one rounding; integers wrap")
public record Sub() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a - b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return a - b;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    return errorA + errorB;
  }
}
