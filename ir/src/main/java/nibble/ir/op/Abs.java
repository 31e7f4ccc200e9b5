package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;

/** The magnitude. */
@OpInfo(name = "abs", summary = "magnitude of each element", rounding = "exact; integers wrap")
public record Abs() implements UnaryOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectNumbers(operands.getFirst());
  }

  @Override
  public double apply(double x) {
    return Math.abs(x);
  }

  @Override
  public double spread(double x, double error) {
    return error;
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
