package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;

/** The rectifier. */
@OpInfo(name = "relu", summary = "each element, or 0 where it is negative", rounding = "exact")
public record Relu() implements UnaryOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectNumbers(operands.getFirst());
  }

  @Override
  public double apply(double x) {
    return x < 0 ? 0 : x;
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
