package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** Rounding to an integer. */
@OpInfo(name = "round", summary = "the nearest integer, ties to even", rounding = "exact")
public record Round() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.rint(x);
  }

  @Override
  public double functionError(double x, double y, ErrorModel model) {
    return 0;
  }
}
