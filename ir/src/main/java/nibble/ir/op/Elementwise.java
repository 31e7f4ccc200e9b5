package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;

/** The loop over broadcast operands: for each element of the result, the index of each operand's element. */
final class Elementwise {
  private Elementwise() {}

  /** Receives a result index and the operand indices that belong to it. */
  @FunctionalInterface
  interface Body {
    void at(int result, int[] operands);
  }

  /** Receives a row of the result: where it starts, how long it is, where each operand starts and how far it steps. */
  @FunctionalInterface
  interface RowBody {
    void at(int result, int columns, int[] starts, int[] steps);
  }

  /** Visits each element of the result; in parallel for large ones. */
  static void forEach(int[] extents, List<Tensor> operands, Body body) {
    forEachRow(extents, operands, (result, columns, starts, steps) -> {
      int[] at = starts.clone();
      for (int column = 0; column < columns; column++) {
        body.at(result + column, at);
        for (int o = 0; o < at.length; o++) {
          at[o] += steps[o];
        }
      }
    });
  }

  /** Visits each row of the last axis of the result; in parallel for large ones. */
  static void forEachRow(int[] extents, List<Tensor> operands, RowBody body) {
    int rank = extents.length;
    int columns = rank == 0 ? 1 : extents[rank - 1];
    int rows = 1;
    for (int axis = 0; axis < rank - 1; axis++) {
      rows *= extents[axis];
    }
    int[][] strides = operands.stream().map(o -> strides(o.extents(), extents)).toArray(int[][]::new);
    int[] steps = Arrays.stream(strides).mapToInt(stride -> rank == 0 ? 0 : stride[rank - 1]).toArray();
    Parallel.ranges(columns == 0 ? 0 : rows, columns, (from, to) -> {
      int[] starts = new int[strides.length];
      for (int row = from; row < to; row++) {
        for (int o = 0; o < starts.length; o++) {
          starts[o] = rowOffset(row, extents, strides[o]);
        }
        body.at(row * columns, columns, starts, steps);
      }
    });
  }

  private static int rowOffset(int row, int[] extents, int[] strides) {
    int offset = 0;
    int rest = row;
    for (int axis = extents.length - 2; axis >= 0; axis--) {
      offset += rest % extents[axis] * strides[axis];
      rest /= extents[axis];
    }
    return offset;
  }

  /** Strides of an operand along the axes of the result, 0 where it is broadcast. */
  static int[] strides(int[] operand, int[] result) {
    int[] strides = new int[result.length];
    int stride = 1;
    int missing = result.length - operand.length;
    for (int axis = result.length - 1; axis >= missing; axis--) {
      int extent = operand[axis - missing];
      strides[axis] = extent == 1 ? 0 : stride;
      stride *= extent;
    }
    return strides;
  }
}
