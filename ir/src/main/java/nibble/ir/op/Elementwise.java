package nibble.ir.op;

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

  static void forEach(int[] extents, List<Tensor> operands, Body body) {
    int rank = extents.length;
    int columns = rank == 0 ? 1 : extents[rank - 1];
    int size = 1;
    for (int extent : extents) {
      size *= extent;
    }
    int[][] strides = operands.stream().map(o -> strides(o.extents(), extents)).toArray(int[][]::new);
    int rows = columns == 0 ? 0 : size / columns;
    Parallel.ranges(rows, (from, to) -> {
      int[] at = new int[strides.length];
      for (int row = from; row < to; row++) {
        for (int o = 0; o < at.length; o++) {
          at[o] = rowOffset(row, extents, strides[o]);
        }
        for (int column = 0; column < columns; column++) {
          body.at(row * columns + column, at);
          for (int o = 0; o < at.length; o++) {
            at[o] += rank == 0 ? 0 : strides[o][rank - 1];
          }
        }
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
