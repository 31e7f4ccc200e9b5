package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.shape.Shape;

/**
 * A permutation of axes.
 *
 * @param axes for each axis of the result, the axis of the operand that it is
 */
@OpInfo(name = "transpose", summary = "a permutation of axes")
public record Transpose(ImmutableList<Integer> axes) implements ViewOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType operand = expectPlain(operands.getFirst());
    boolean permutation = axes.size() == operand.rank()
        && axes.stream().distinct().count() == axes.size()
        && axes.stream().allMatch(axis -> axis >= 0 && axis < operand.rank());
    if (!permutation) {
      throw new TypeRuleException(axes + " is no permutation of the axes of " + operand.shape());
    }
    return operand.withShape(
        new Shape(axes.stream().map(operand.shape()::dim).collect(ImmutableList.toImmutableList())));
  }

  @Override
  public IndexMap indexMap(int[] operand, int[] result) {
    int[] strides = ViewOp.rowMajor(operand);
    return ViewOp.strided(result, axes.stream().mapToInt(axis -> strides[axis]).toArray(), 0);
  }
}
