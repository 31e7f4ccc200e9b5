package nibble.ir.sparsity;

import java.util.Arrays;

/**
 * Gives each of n rows a column of its own so that the sum of gains is largest: the Hungarian method with shortest
 * augmenting paths ("On the Implementation of a Primal-Dual Method for the Assignment Problem"), in time n^3.
 */
final class LinearAssignment {
  private final double[][] gain;
  private final int size;
  private final double[] rowPrice;
  private final double[] columnPrice;
  /** The row of each column, from 1 on; 0 where it has none. Column 0 stands for the row that is being placed. */
  private final int[] rowOf;

  private LinearAssignment(double[][] gain) {
    this.gain = gain;
    size = gain.length;
    rowPrice = new double[size + 1];
    columnPrice = new double[size + 1];
    rowOf = new int[size + 1];
  }

  /**
   * The column of each row.
   *
   * @param gain finite numbers, as many columns as rows
   */
  static int[] best(double[][] gain) {
    LinearAssignment assignment = new LinearAssignment(gain);
    for (int row = 1; row <= assignment.size; row++) {
      assignment.place(row);
    }
    int[] columns = new int[assignment.size];
    for (int column = 1; column <= assignment.size; column++) {
      columns[assignment.rowOf[column] - 1] = column - 1;
    }
    return columns;
  }

  private void place(int row) {
    rowOf[0] = row;
    double[] distance = new double[size + 1];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    int[] before = new int[size + 1];
    boolean[] reached = new boolean[size + 1];
    int column = 0;
    while (rowOf[column] != 0) {
      reached[column] = true;
      column = nearest(column, distance, before, reached);
    }
    while (column != 0) {
      rowOf[column] = rowOf[before[column]];
      column = before[column];
    }
  }

  /** Looks on from a column that has a row, and moves prices so that the nearest column beyond is free to take. */
  private int nearest(int from, double[] distance, int[] before, boolean[] reached) {
    int row = rowOf[from];
    double least = Double.POSITIVE_INFINITY;
    int nearest = 0;
    for (int column = 1; column <= size; column++) {
      if (!reached[column]) {
        double reduced = -gain[row - 1][column - 1] - rowPrice[row] - columnPrice[column];
        if (reduced < distance[column]) {
          distance[column] = reduced;
          before[column] = from;
        }
        if (distance[column] < least) {
          least = distance[column];
          nearest = column;
        }
      }
    }
    for (int column = 0; column <= size; column++) {
      if (reached[column]) {
        rowPrice[rowOf[column]] += least;
        columnPrice[column] -= least;
      } else {
        distance[column] -= least;
      }
    }
    return nearest;
  }
}
