package nibble.ir.sparsity;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;

/**
 * Masks that are 2:4 along rows and along columns, so that a matrix and its transpose are both stored compressed: of
 * each 4 x 4 block one of the 90 patterns with two ones in every row and column, the one that keeps the largest sum of
 * magnitudes ("Accelerating Transformer Pre-training with 2:4 Sparsity", section 4.1). Of equal sums the first pattern
 * has it, in descending order of their rows; NaN is the largest sum.
 */
public final class TransposableMask {
  private static final int SIDE = 4;

  /** Rows of four bits, the first row and the first column in the highest: 1100 1100 0011 0011 is the first one. */
  static final ImmutableList<Integer> PATTERNS = IntStream.iterate(0xFFFF, bits -> bits >= 0, bits -> bits - 1)
      .filter(TransposableMask::hasTwoInEveryLine)
      .boxed()
      .collect(ImmutableList.toImmutableList());

  private TransposableMask() {}

  private static boolean hasTwoInEveryLine(int pattern) {
    for (int line = 0; line < SIDE; line++) {
      if (Integer.bitCount(pattern & 0xF << SIDE * line) != 2 || Integer.bitCount(pattern & 0x1111 << line) != 2) {
        return false;
      }
    }
    return true;
  }

  private static boolean has(int pattern, int row, int column) {
    return (pattern >> 15 - SIDE * row - column & 1) == 1;
  }

  /**
   * The elements that are kept.
   *
   * @param elements of a matrix, row by row
   * @param columns a multiple of 4, as is the count of rows
   * @throws IllegalArgumentException where the matrix has no 4 x 4 blocks
   */
  public static boolean[] select(double[] elements, int columns) {
    int rows = columns == 0 ? 0 : elements.length / columns;
    if (rows % SIDE != 0 || columns % SIDE != 0) {
      throw new IllegalArgumentException(
          "a transposable mask needs rows and columns in fours, not " + rows + " and " + columns);
    }
    boolean[] keep = new boolean[elements.length];
    for (int row = 0; row < rows; row += SIDE) {
      for (int column = 0; column < columns; column += SIDE) {
        int pattern = best(elements, columns, row * columns + column);
        for (int i = 0; i < SIDE * SIDE; i++) {
          keep[(row + i / SIDE) * columns + column + i % SIDE] = has(pattern, i / SIDE, i % SIDE);
        }
      }
    }
    return keep;
  }

  private static int best(double[] elements, int columns, int first) {
    int best = PATTERNS.getFirst();
    double most = Double.NEGATIVE_INFINITY;
    for (int pattern : PATTERNS) {
      double sum = 0;
      for (int i = 0; i < SIDE * SIDE; i++) {
        if (has(pattern, i / SIDE, i % SIDE)) {
          sum += Math.abs(elements[first + i / SIDE * columns + i % SIDE]);
        }
      }
      if (Double.compare(sum, most) > 0) {
        most = sum;
        best = pattern;
      }
    }
    return best;
  }
}
