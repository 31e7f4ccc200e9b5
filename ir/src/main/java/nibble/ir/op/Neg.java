package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;

/** The negative. */
@OpInfo(name = "neg", summary = "negative of each element", rounding = "exact; integers wrap")
public record Neg() implements UnaryOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectNumbers(operands.getFirst());
  }

  @Override
  public double apply(double x) {
    return -x;
  }

  @Override
  public boolean picks() {
    return true;
  }

  @Override
  public double functionError(double x, double y, ErrorModel model) {
    return 0;
  }
}
