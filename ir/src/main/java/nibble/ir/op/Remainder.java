package nibble.ir.op;

import nibble.ir.OpInfo;

/** The remainder of a division toward zero. */
@OpInfo(
    name = "remainder",
    summary = "remainder of a division toward zero; it has the sign of the dividend",
    rounding = "exact; of integers by zero it is the dividend")
public record Remainder() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a % b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return b == 0 ? a : a % b;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    // It jumps where the quotient crosses an integer, by at most the divisor.
    return errorA == 0 && errorB == 0 ? 0 : 2 * (Math.abs(b) + errorB);
  }
}
