package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** Rounding down. */
@OpInfo(name = "floor", summary = "the largest integer not above each element", rounding = "exact")
public record Floor() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.floor(x);
  }

  @Override
  public double functionError(double x, double y, ErrorModel model) {
    return 0;
  }
}
