package nibble.ir.op;

import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;

/** Rounding up. */
@OpInfo(name = "ceil", summary = "the least integer not below each element", rounding = "exact")
public record Ceil() implements UnaryOp {
  @Override
  public double apply(double x) {
    return Math.ceil(x);
  }

  @Override
  public double functionError(double x, double y, ErrorModel model) {
    return 0;
  }
}
