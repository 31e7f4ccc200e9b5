package nibble.passes.precision;

import java.util.Arrays;
import nibble.ir.eval.MatrixProduct;

/**
 * A square matrix in f64.
 *
 * @param size rows and columns
 * @param elements row by row; not changed
 */
record SquareMatrix(int size, double[] elements) {
  /** A block on the diagonal of a larger one. */
  static SquareMatrix onDiagonal(double[] whole, int extent, int from, int size) {
    double[] block = new double[size * size];
    for (int row = 0; row < size; row++) {
      System.arraycopy(whole, (from + row) * extent + from, block, row * size, size);
    }
    return new SquareMatrix(size, block);
  }

  double trace() {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += elements[i * size + i];
    }
    return sum;
  }

  /** With a share of the mean of the diagonal added to it; where that is zero, the identity. */
  SquareMatrix damped(double share) {
    double added = trace() > 0 ? share * trace() / size : 1;
    double[] result = elements.clone();
    for (int i = 0; i < size; i++) {
      result[i * size + i] += added;
    }
    return new SquareMatrix(size, result);
  }

  SquareMatrix transpose() {
    return new SquareMatrix(size, MatrixProduct.transpose(elements, 0, size, size));
  }

  SquareMatrix times(SquareMatrix right) {
    double[] product = new double[elements.length];
    MatrixProduct.multiply(elements, 0, right.elements, 0, product, 0, size, size, size);
    return new SquareMatrix(size, product);
  }

  /** This times another times the transpose of this. */
  SquareMatrix conjugate(SquareMatrix other) {
    return times(other).times(transpose());
  }

  SquareMatrix scaledColumns(double[] factors) {
    double[] scaled = elements.clone();
    Arrays.setAll(scaled, i -> scaled[i] * factors[i % size]);
    return new SquareMatrix(size, scaled);
  }

  /** The lower triangular L of {@code L L^T}, of a symmetric positive definite matrix. */
  SquareMatrix cholesky() {
    double[] lower = new double[elements.length];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column <= row; column++) {
        double rest = elements[row * size + column];
        for (int i = 0; i < column; i++) {
          rest -= lower[row * size + i] * lower[column * size + i];
        }
        if (row == column && !(rest > 0)) {
          throw new IllegalArgumentException("the matrix is not positive definite");
        }
        lower[row * size + column] = row == column ? Math.sqrt(rest) : rest / lower[column * size + column];
      }
    }
    return new SquareMatrix(size, lower);
  }

  /**
   * The inverse, by elimination with the largest pivot of each column.
   *
   * @throws IllegalArgumentException where there is none
   */
  SquareMatrix inverse() {
    int width = 2 * size;
    double[][] rows = new double[size][width];
    for (int row = 0; row < size; row++) {
      System.arraycopy(elements, row * size, rows[row], 0, size);
      rows[row][size + row] = 1;
    }
    for (int column = 0; column < size; column++) {
      int pivot = column;
      for (int row = column + 1; row < size; row++) {
        pivot = Math.abs(rows[row][column]) > Math.abs(rows[pivot][column]) ? row : pivot;
      }
      double[] found = rows[pivot];
      rows[pivot] = rows[column];
      rows[column] = found;
      if (!(Math.abs(found[column]) > 0)) {
        throw new IllegalArgumentException("the matrix has no inverse");
      }
      double divisor = found[column];
      for (int i = column; i < width; i++) {
        found[i] /= divisor;
      }
      for (int row = 0; row < size; row++) {
        double factor = rows[row][column];
        if (row != column && factor != 0) {
          subtract(rows[row], factor, found, column);
        }
      }
    }
    double[] inverse = new double[elements.length];
    for (int row = 0; row < size; row++) {
      System.arraycopy(rows[row], size, inverse, row * size, size);
    }
    return new SquareMatrix(size, inverse);
  }

  private static void subtract(double[] from, double factor, double[] row, int first) {
    for (int i = first; i < from.length; i++) {
      from[i] -= factor * row[i];
    }
  }
}
