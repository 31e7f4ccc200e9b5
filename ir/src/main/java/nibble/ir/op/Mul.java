package nibble.ir.op;

import nibble.ir.OpInfo;

/** The product. */
@OpInfo(name = "mul", summary = "product of two elements", rounding = "one rounding; integers wrap")
public record Mul() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a * b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return a * b;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    return Math.abs(a) * errorB + errorA * Math.abs(b) + errorA * errorB;
  }
}
