package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/**
 * Which blocks of scores an attention has, of every head.
 *
 * @param bitmap for each row of blocks of each head, for each block
 * @param queries of a head
 * @param blockQueries queries of a block
 * @param blockKeys keys of a block
 */
record SelectedBlocks(boolean[][] bitmap, int queries, int blockQueries, int blockKeys) {
  /**
   * Reads a bitmap or lists.
   *
   * @param scores extents of scores
   * @throws InputException where a list names what is no block, or names blocks in another order than a rising one
   */
  static SelectedBlocks of(Tensor selection, Shape block, int[] scores) {
    int rank = scores.length;
    int blockQueries = Math.toIntExact(block.dim(0).constant());
    int blockKeys = Math.toIntExact(block.dim(1).constant());
    int[] grid = scores.clone();
    grid[rank - 2] = Math.ceilDiv(scores[rank - 2], blockQueries);
    grid[rank - 1] = Math.ceilDiv(scores[rank - 1], blockKeys);
    int columns = grid[rank - 1];
    boolean[][] bitmap = new boolean[Arrays.stream(grid, 0, rank - 1).reduce(1, Math::multiplyExact)][columns];
    double[] elements = selection.elements();
    if (selection.type().format().equals(Formats.BOOL)) {
      int[] strides = Elementwise.strides(selection.extents(), grid);
      ViewOp.IndexMap at = ViewOp.strided(grid, strides, 0);
      for (int row = 0; row < bitmap.length; row++) {
        for (int column = 0; column < columns; column++) {
          bitmap[row][column] = elements[at.source(row * columns + column)] != 0;
        }
      }
    } else {
      for (int row = 0; row < bitmap.length; row++) {
        list(bitmap[row], elements, row * (columns + 1));
      }
    }
    return new SelectedBlocks(bitmap, scores[rank - 2], blockQueries, blockKeys);
  }

  private static void list(boolean[] row, double[] elements, int at) {
    double before = -1;
    for (int i = 1; i <= elements[at]; i++) {
      double block = i <= row.length ? elements[at + i] : row.length;
      if (block <= before || block >= row.length) {
        throw new InputException("a list of " + (int) elements[at] + " of " + row.length + " blocks of an attention names "
            + (i <= row.length ? "block " + (int) block + " behind block " + (int) before : "more than there are"));
      }
      row[(int) block] = true;
      before = block;
    }
  }

  /** Whether the block of a key is selected for a row of scores. */
  boolean has(int row, int key) {
    int rowsOfBlocks = Math.ceilDiv(queries, blockQueries);
    return bitmap[row / queries * rowsOfBlocks + row % queries / blockQueries][key / blockKeys];
  }
}
