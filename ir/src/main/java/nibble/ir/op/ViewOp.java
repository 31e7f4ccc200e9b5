package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;

/**
 * An op that only moves elements: each element of the result is one of the operand. A backend folds it into the
 * addresses of the accesses around it.
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

    /** Copies the elements of a row of the result that starts at an index. */
    default void copyRow(double[] from, double[] to, int start, int columns) {
      for (int i = start; i < start + columns; i++) {
        to[i] = from[source(i)];
      }
    }
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
    int columns = to.length == 0 ? 1 : to[to.length - 1];
    int rows = 1;
    for (int axis = 0; axis < to.length - 1; axis++) {
      rows *= to[axis];
    }
    double[] moved = new double[rows * columns];
    Parallel.ranges(columns == 0 ? 0 : rows, columns, (first, end) -> {
      for (int row = first; row < end; row++) {
        map.copyRow(elements, moved, row * columns, columns);
      }
    });
    return moved;
  }

  /** The map that reads the operand with these strides, one for each axis of the result, from a first element on. */
  static IndexMap strided(int[] result, int[] strides, int offset) {
    return new StridedMap(result, strides, offset);
  }

  /**
   * A map by strides.
   *
   * @param extents extents of the result
   * @param strides distance of the operand's elements along each axis of the result
   * @param offset the element for the first index
   */
  record StridedMap(int[] extents, int[] strides, int offset) implements IndexMap {
    @Override
    public int source(int resultIndex) {
      int source = offset;
      int rest = resultIndex;
      for (int axis = extents.length - 1; axis >= 0; axis--) {
        source += rest % extents[axis] * strides[axis];
        rest /= extents[axis];
      }
      return source;
    }

    @Override
    public void copyRow(double[] from, double[] to, int start, int columns) {
      int source = source(start);
      int step = strides.length == 0 ? 0 : strides[strides.length - 1];
      for (int column = 0; column < columns; column++) {
        to[start + column] = from[source];
        source += step;
      }
    }
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
