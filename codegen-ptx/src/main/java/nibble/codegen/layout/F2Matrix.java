package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Optional;

/**
 * A matrix over F2, the field of the two numbers 0 and 1 in which addition is exclusive or. A column is a {@code long}
 * whose bit {@code i} is the entry of row {@code i}, so there are at most 63 rows and 63 columns.
 *
 * @param rows the number of rows
 * @param columns the columns, each below {@code 2^rows}
 */
public record F2Matrix(int rows, ImmutableLongArray columns) {
  /** The most rows or columns that a matrix can have. */
  public static final int MAX_BITS = 63;

  public F2Matrix {
    checkArgument(rows >= 0 && rows <= MAX_BITS, "%s rows, at most %s are possible", rows, MAX_BITS);
    checkArgument(columns.length() <= MAX_BITS, "%s columns, at most %s are possible", columns.length(), MAX_BITS);
    for (int i = 0; i < columns.length(); i++) {
      checkArgument(columns.get(i) >>> rows == 0, "column %s does not fit %s rows", i, rows);
    }
  }

  /** The matrix with the given columns. */
  public static F2Matrix ofColumns(int rows, long... columns) {
    return new F2Matrix(rows, ImmutableLongArray.copyOf(columns));
  }

  /** The identity of {@code size} rows and columns. */
  public static F2Matrix identity(int size) {
    long[] columns = new long[size];
    for (int i = 0; i < size; i++) {
      columns[i] = 1L << i;
    }
    return ofColumns(size, columns);
  }

  /** The number of columns. */
  public int width() {
    return columns.length();
  }

  /** Column {@code index}, one bit for each row. */
  public long column(int index) {
    return columns.get(index);
  }

  /** This matrix times the vector whose bit {@code i} is entry {@code i}. */
  public long multiply(long vector) {
    long result = 0;
    for (long rest = vector; rest != 0; rest &= rest - 1) {
      result ^= columns.get(Long.numberOfTrailingZeros(rest));
    }
    return result;
  }

  /** The product of this matrix and {@code right}: first {@code right}, then this. */
  public F2Matrix multiply(F2Matrix right) {
    checkArgument(width() == right.rows, "%s columns times %s rows", width(), right.rows);
    long[] product = new long[right.width()];
    for (int i = 0; i < product.length; i++) {
      product[i] = multiply(right.column(i));
    }
    return ofColumns(rows, product);
  }

  /** The sum of two matrices of the same size. */
  public F2Matrix plus(F2Matrix other) {
    checkArgument(rows == other.rows && width() == other.width(), "sizes differ");
    long[] sum = new long[width()];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = column(i) ^ other.column(i);
    }
    return ofColumns(rows, sum);
  }

  /** The rows {@code from} (inclusive) to {@code to} (exclusive). */
  public F2Matrix rowRange(int from, int to) {
    long mask = (1L << (to - from)) - 1;
    long[] part = new long[width()];
    for (int i = 0; i < part.length; i++) {
      part[i] = column(i) >>> from & mask;
    }
    return ofColumns(to - from, part);
  }

  /** The columns {@code from} (inclusive) to {@code to} (exclusive). */
  public F2Matrix columnRange(int from, int to) {
    return new F2Matrix(rows, columns.subArray(from, to).trimmed());
  }

  /** The dimension of the space that the columns span. */
  public int rank() {
    return new Elimination(this).rank();
  }

  /** Whether different vectors have different images. */
  public boolean isInjective() {
    return rank() == width();
  }

  /** Whether every vector of {@code rows} bits is an image. */
  public boolean isSurjective() {
    return rank() == rows;
  }

  /**
   * The matrix {@code X} with {@code this * X == right} whose rows for dependent columns are zero: a column that is a
   * combination of the columns before it is never used. Empty where there is no solution.
   */
  public Optional<F2Matrix> solve(F2Matrix right) {
    checkArgument(rows == right.rows, "%s rows against %s", rows, right.rows);
    Elimination elimination = new Elimination(this);
    long[] solution = new long[right.width()];
    for (int i = 0; i < solution.length; i++) {
      long[] residue = elimination.reduce(right.column(i), 0);
      if (residue[0] != 0) {
        return Optional.empty();
      }
      solution[i] = residue[1];
    }
    return Optional.of(ofColumns(width(), solution));
  }

  /**
   * A basis of the vectors that this matrix takes to zero. There is one for each dependent column, and its highest bit
   * is that column; no other vector of the basis has that bit.
   */
  public ImmutableList<Long> kernel() {
    return new Elimination(this).kernel();
  }

  /** One bit for each column that is a combination of the columns before it. */
  public long dependentColumns() {
    long mask = 0;
    for (long vector : kernel()) {
      mask |= Long.highestOneBit(vector);
    }
    return mask;
  }

  /** Gaussian elimination by columns, which remembers of what columns each reduced vector is the sum. */
  private static final class Elimination {
    private final long[] pivots = new long[MAX_BITS];
    private final long[] combinations = new long[MAX_BITS];
    private final ImmutableList.Builder<Long> kernel = ImmutableList.builder();
    private int rank;

    Elimination(F2Matrix matrix) {
      for (int i = 0; i < matrix.width(); i++) {
        long[] reduced = reduce(matrix.column(i), 1L << i);
        if (reduced[0] == 0) {
          kernel.add(reduced[1]);
        } else {
          int pivot = 63 - Long.numberOfLeadingZeros(reduced[0]);
          pivots[pivot] = reduced[0];
          combinations[pivot] = reduced[1];
          rank++;
        }
      }
    }

    /** What remains of the vector, and the columns whose sum was taken away. */
    long[] reduce(long vector, long combination) {
      for (long rest = vector; rest != 0;) {
        int high = 63 - Long.numberOfLeadingZeros(rest);
        if (pivots[high] != 0) {
          vector ^= pivots[high];
          combination ^= combinations[high];
          rest ^= pivots[high];
        }
        rest &= (1L << high) - 1;
      }
      return new long[] {vector, combination};
    }

    int rank() {
      return rank;
    }

    ImmutableList<Long> kernel() {
      return kernel.build();
    }
  }
}
