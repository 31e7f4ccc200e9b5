package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.Formats;

/** The negation. */
@OpInfo(name = "not", summary = "whether it is false")
public record Not() implements UnaryOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    if (!operands.getFirst().equals(operands.getFirst().plain(Formats.BOOL))) {
      throw new TypeRuleException("not takes truth values, not " + operands.getFirst(), "compare them first");
    }
    return operands.getFirst();
  }

  @Override
  public double apply(double x) {
    return 1 - x;
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
