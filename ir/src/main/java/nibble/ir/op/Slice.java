package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.shape.Dim;

/**
 * A range of indices along one axis.
 *
 * @param axis the axis, counted from the front
 * @param from first index
 * @param to end, exclusive
 * @param step distance of indices, at least 1
 */
@OpInfo(name = "slice", summary = "a range of indices along one axis")
public record Slice(int axis, Dim from, Dim to, long step) implements ViewOp {
  public Slice {
    if (step < 1) {
      throw new IllegalArgumentException("the step of a slice is positive, not " + step);
    }
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType operand = expectPlain(operands.getFirst());
    Dim extent = operand.shape().dim(expectAxisFromFront(axis, operand.rank()));
    boolean outside = isNegative(from) || isNegative(to.minus(from)) || isNegative(extent.minus(to));
    if (outside) {
      throw new TypeRuleException("the range " + from + ":" + to + " is outside an axis of extent " + extent);
    }
    return operand.withShape(operand.shape().with(axis, to.minus(from).ceilDiv(step)));
  }

  private static boolean isNegative(Dim dim) {
    return dim.isConstant() && dim.constant() < 0;
  }

  @Override
  public IndexMap indexMap(int[] operand, int[] result) {
    int[] strides = ViewOp.rowMajor(operand);
    int offset = Math.toIntExact(from.constant()) * strides[axis];
    // A step beyond the axis takes one index only, whose stride does not matter.
    strides[axis] *= (int) Math.min(step, operand[axis]);
    return ViewOp.strided(result, strides, offset);
  }
}
