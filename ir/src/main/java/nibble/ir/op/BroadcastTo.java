package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Shape;

/**
 * Repetition along axes of extent 1 and along new leading axes.
 *
 * @param shape the shape of the result
 */
@OpInfo(name = "broadcast", summary = "repetition along axes of extent 1 and new leading axes")
public record BroadcastTo(Shape shape) implements ViewOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType operand = expectPlain(operands.getFirst());
    if (!Broadcast.reaches(operand.shape(), shape)) {
      throw new TypeRuleException(operand.shape() + " does not broadcast to " + shape);
    }
    return operand.withShape(shape);
  }

  @Override
  public IndexMap indexMap(int[] operand, int[] result) {
    return ViewOp.strided(result, Elementwise.strides(operand, result), 0);
  }
}
