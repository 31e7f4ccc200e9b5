package nibble.ir.layout;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * The columns of V x M blocks that V:N:M keeps: four of each block, ascending, counted within the block. Blocks lie in
 * row-major order. Gathered, the kept columns of a row are groups of four.
 *
 * @param v rows of a block
 * @param m columns of a block
 * @param columns of the matrix, a multiple of {@code m}
 */
public record KeptColumns(int v, int m, int columns) {
  /** Of a block. */
  public static final int COUNT = 4;

  /** The format of a column's place in its block. */
  static NumberFormat format(long m) {
    return m <= 1 << Byte.SIZE ? Formats.U8 : Formats.I32;
  }

  int gatheredColumns() {
    return columns / m * COUNT;
  }

  /** What is wrong with columns that somebody else wrote: the first block whose columns are none, or out of order. */
  Optional<String> fault(double[] kept) {
    for (int first = 0; first < kept.length; first += COUNT) {
      for (int i = 0; i < COUNT; i++) {
        boolean isInteger = kept[first + i] == (int) kept[first + i];
        boolean ascends = i == 0 ? kept[first] >= 0 : kept[first + i] > kept[first + i - 1];
        if (!isInteger || !ascends || kept[first + i] >= m) {
          int block = first / COUNT;
          return Optional.of("the columns of rows " + block / (columns / m) * v + " to "
              + (block / (columns / m) * v + v - 1) + ", group " + block % (columns / m) + " are "
              + Arrays.stream(kept, first, first + COUNT).mapToObj(column -> String.valueOf((long) column))
                  .collect(Collectors.joining(", ")) + ", not four of 0 to " + (m - 1) + " in ascending order");
        }
      }
    }
    return Optional.empty();
  }

  private int rows(int elements) {
    return columns == 0 ? 0 : elements / columns;
  }

  /** The four columns of each block whose sums of magnitudes are largest. */
  int[] choose(double[] elements) {
    int[] kept = new int[rows(elements.length) / v * gatheredColumns()];
    double[] sums = new double[m];
    int at = 0;
    for (int row = 0; row < rows(elements.length); row += v) {
      for (int column = 0; column < columns; column += m) {
        Arrays.fill(sums, 0);
        for (int i = 0; i < v * m; i++) {
          sums[i % m] += Math.abs(elements[(row + i / m) * columns + column + i % m]);
        }
        for (int i = 0; i < m; i++) {
          if (LargestFirst.has(sums, i, COUNT)) {
            kept[at++] = i;
          }
        }
      }
    }
    return kept;
  }

  /** In each row, the largest elements of the kept columns. */
  boolean[] select(double[] elements, int[] kept, long count) {
    double[] gathered = gather(elements, kept);
    boolean[] keep = new boolean[elements.length];
    double[] magnitudes = new double[COUNT];
    for (int first = 0; first < gathered.length; first += COUNT) {
      for (int i = 0; i < COUNT; i++) {
        magnitudes[i] = Math.abs(gathered[first + i]);
      }
      for (int i = 0; i < COUNT; i++) {
        keep[source(first + i, kept)] = LargestFirst.has(magnitudes, i, count);
      }
    }
    return keep;
  }

  /** Where an element of the gathered matrix comes from. */
  private int source(int gathered, int[] kept) {
    int row = gathered / gatheredColumns();
    int column = gathered % gatheredColumns();
    return row * columns + column / COUNT * m + kept[row / v * gatheredColumns() + column];
  }

  double[] gather(double[] elements, int[] kept) {
    double[] gathered = new double[rows(elements.length) * gatheredColumns()];
    for (int i = 0; i < gathered.length; i++) {
      gathered[i] = elements[source(i, kept)];
    }
    return gathered;
  }

  boolean[] gather(boolean[] keep, int[] kept) {
    boolean[] gathered = new boolean[rows(keep.length) * gatheredColumns()];
    for (int i = 0; i < gathered.length; i++) {
      gathered[i] = keep[source(i, kept)];
    }
    return gathered;
  }

  double[] scatter(double[] gathered, int[] kept) {
    double[] elements = new double[gathered.length / COUNT * m];
    for (int i = 0; i < gathered.length; i++) {
      elements[source(i, kept)] = gathered[i];
    }
    return elements;
  }
}
