package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/**
 * A choice between two tensors. Operands: condition, a truth value without axes, the tensor where it is true, and the
 * one where it is false, of the same type. Unlike a {@link Select} it takes one of both as it is: the result lies where
 * that one does, and kernels that only the other one needs are not launched.
 */
@OpInfo(name = "either", summary = "second operand if the first is true, else third, and only that one is computed")
public record Either() implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 3);
    TensorType condition = operands.getFirst();
    if (!condition.isPlain() || !condition.format().equals(Formats.BOOL) || condition.rank() != 0) {
      throw new TypeRuleException(
          "the condition of either is one truth value, not " + condition, "select chooses element by element");
    }
    TensorType yes = expectPlain(operands.get(1));
    TensorType no = operands.get(2);
    if (!yes.equals(no)) {
      throw new TypeRuleException("either chooses between tensors of one type, not " + yes + " and " + no);
    }
    return yes;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return chosen(operands) ? operands.get(1) : operands.get(2);
  }

  /** Which one is taken. */
  private static boolean chosen(List<Tensor> operands) {
    return operands.getFirst().elements()[0] != 0;
  }

  /** That of what is taken; where it is not certain which, both are. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return new Select().error(operands, result, model);
  }
}
