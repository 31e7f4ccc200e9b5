package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;

/**
 * An op that only moves elements: each element of the result is one of the operand. A backend folds it into the addresses
 * of the accesses around it.
 */
public interface ViewOp extends TensorOp {
  /**
   * For each row-major index of the result, the row-major index of the operand's element.
   *
   * @param operand extents of the operand
   * @param result extents of the result
   */
  IndexMap indexMap(int[] operand, int[] result);

  /** A map from row-major indices to row-major indices. */
  @FunctionalInterface
  interface IndexMap {
    int source(int resultIndex);
  }

  @Override
  default Tensor eval(List<Tensor> operands, TensorType result) {
    Tensor operand = operands.getFirst();
    return Tensor.of(result, move(operand.elements(), operand.extents(), result.shape().extents()));
  }

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    Approximate operand = operands.getFirst();
    return move(operand.error(), operand.exact().extents(), result.extents());
  }

  private double[] move(double[] elements, int[] from, int[] to) {
    IndexMap map = indexMap(from, to);
    int size = 1;
    for (int extent : to) {
      size *= extent;
    }
    double[] moved = new double[size];
    for (int i = 0; i < size; i++) {
      moved[i] = elements[map.source(i)];
    }
    return moved;
  }

  /** The map that reads the operand with these strides, one for each axis of the result, from a first element on. */
  static IndexMap strided(int[] result, int[] strides, int offset) {
    return index -> {
      int source = offset;
      int rest = index;
      for (int axis = result.length - 1; axis >= 0; axis--) {
        source += rest % result[axis] * strides[axis];
        rest /= result[axis];
      }
      return source;
    };
  }

  /** Row-major strides of extents. */
  static int[] rowMajor(int[] extents) {
    int[] strides = new int[extents.length];
    int stride = 1;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= extents[axis];
    }
    return strides;
  }
}
