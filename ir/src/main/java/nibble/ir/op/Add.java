package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** The sum. */
@OpInfo(name = "add", summary = "sum of two elements", rounding = "one rounding; integers wrap")
public record Add() implements BinaryOp {
  @Override
  public double apply(double a, double b) {
    return a + b;
  }

  @Override
  public long applyToIntegers(long a, long b) {
    return a + b;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    return errorA + errorB;
  }

  /** A sum of zeros is none that is rounded. */
  @Override
  public double functionError(double a, double errorA, double b, double errorB, double y, ErrorModel model) {
    return y == 0 ? 0 : model.arithmetic(y);
  }
}
