package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Shape;

/**
 * The same elements in row-major order under another shape.
 *
 * @param shape the shape of the result, of as many elements
 */
@OpInfo(name = "reshape", summary = "the same elements in row-major order under another shape")
public record Reshape(Shape shape) implements ViewOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType operand = expectPlain(operands.getFirst());
    if (!operand.shape().size().equals(shape.size())) {
      throw new TypeRuleException(
          "reshape from " + operand.shape() + " to " + shape + " changes the number of elements from "
              + operand.shape().size() + " to " + shape.size());
    }
    return operand.withShape(shape);
  }

  /** The elements are shared. */
  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return operands.getFirst().as(result);
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return operands.getFirst().error();
  }

  @Override
  public IndexMap indexMap(int[] operand, int[] result) {
    return index -> index;
  }
}
