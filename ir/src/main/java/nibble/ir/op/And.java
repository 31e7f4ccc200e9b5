package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.format.Formats;

/** The conjunction. */
@OpInfo(name = "and", summary = "whether both are true")
public record And() implements BinaryOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    TensorType result = BinaryOp.super.infer(operands);
    if (!result.format().equals(Formats.BOOL)) {
      throw new TypeRuleException("and takes truth values, not " + result.format().name(), "compare them first");
    }
    return result;
  }

  @Override
  public double apply(double a, double b) {
    return Math.min(a, b);
  }

  @Override
  public boolean isArithmetic() {
    return false;
  }

  @Override
  public double spread(double a, double errorA, double b, double errorB) {
    return Math.max(errorA, errorB);
  }
}
