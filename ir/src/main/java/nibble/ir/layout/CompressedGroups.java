package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * How groups along the last axis are stored: of each group the kept elements, in the order of their columns, and its
 * code.
 *
 * <pre>
 * elements   [.., rows, groups * kept]
 * metadata   [.., ceil(rows / tile rows), ceil(groups / tile groups), 32], tiles of words
 * </pre>
 *
 * @param pattern of a group
 * @param tile of metadata
 */
record CompressedGroups(GroupPattern pattern, MetadataTile tile) {
  /** The arrays of a tensor with so many groups in a row. */
  ImmutableList<StoredArray> arrays(Shape shape, Dim groups, NumberFormat format) {
    Shape above = shape.slice(0, Math.max(0, shape.rank() - 2));
    Dim rows = shape.rank() < 2 ? Dim.ONE : shape.dim(-2);
    return ImmutableList.of(
        new StoredArray(
            StoredArray.ELEMENTS, shape.with(shape.rank() - 1, groups.times(Dim.of(pattern.kept()))), format),
        new StoredArray(
            StoredArray.METADATA,
            above.append(rows.ceilDiv(tile.rows()), groups.ceilDiv(tile.groups()), Dim.of(MetadataTile.WORDS)),
            Formats.I32));
  }

  /**
   * A place among the arrays of all matrices of a tensor.
   *
   * @param rows of a matrix
   * @param groups of a row
   */
  private record Grid(MetadataTile tile, int matrices, int rows, int groups) {
    int words() {
      return matrices * Math.ceilDiv(rows, tile.rows()) * Math.ceilDiv(groups, tile.groups()) * MetadataTile.WORDS;
    }

    /** The word with the code of a group; rows are counted through all matrices. */
    int word(int row, int group) {
      int rowTile = row / rows * Math.ceilDiv(rows, tile.rows()) + row % rows / tile.rows();
      int first = (rowTile * Math.ceilDiv(groups, tile.groups()) + group / tile.groups()) * MetadataTile.WORDS;
      return first + tile.word(row % rows % tile.rows(), group % tile.groups());
    }

    int bit(int row, int group) {
      return tile.bit(row % rows % tile.rows(), group % tile.groups());
    }
  }

  /**
   * The arrays of groups of which exactly the kept elements are stored.
   *
   * @param elements of all matrices, row by row
   * @param keep as many of each group as the pattern says
   * @param matrices how many there are
   * @param rows of each matrix
   */
  ImmutableMap<String, double[]> compress(double[] elements, boolean[] keep, int matrices, int rows) {
    int columns = matrices * rows == 0 ? 0 : elements.length / (matrices * rows);
    Grid grid = new Grid(tile, matrices, rows, columns / pattern.size());
    double[] stored = new double[elements.length / pattern.size() * pattern.kept()];
    int[] words = new int[grid.words()];
    Arrays.fill(words, 0x1111_1111 * GroupPattern.CODE_OF_ZEROS);
    int at = 0;
    for (int row = 0; row < matrices * rows; row++) {
      for (int group = 0; group < grid.groups; group++) {
        int first = row * columns + group * pattern.size();
        int code = pattern.code(keep, first);
        for (int i = 0; i < pattern.kept(); i++) {
          stored[at++] = elements[first + pattern.position(code, i)];
        }
        int bit = grid.bit(row, group);
        int word = grid.word(row, group);
        words[word] = words[word] & ~(0xF << bit) | code << bit;
      }
    }
    return ImmutableMap.of(
        StoredArray.ELEMENTS, stored, StoredArray.METADATA, Arrays.stream(words).asDoubleStream().toArray());
  }

  /** What is wrong with metadata that somebody else wrote: the first code that is none, by row and group. */
  Optional<String> fault(Map<String, double[]> arrays, int matrices, int rows, int columns) {
    double[] words = arrays.get(StoredArray.METADATA);
    Grid grid = new Grid(tile, matrices, rows, columns / pattern.size());
    for (int row = 0; row < matrices * rows; row++) {
      for (int group = 0; group < grid.groups; group++) {
        int code = (int) words[grid.word(row, group)] >>> grid.bit(row, group) & 0xF;
        if (!pattern.hasCode(code)) {
          return Optional.of(String.format(
              Locale.ROOT,
              "the metadata of row %d, group %d is 0x%X, whose places %d and %d are not in ascending order", row, group,
              code, code & 3, code >> 2));
        }
      }
    }
    return Optional.empty();
  }

  /** All elements of the groups. */
  double[] decompress(Map<String, double[]> arrays, int matrices, int rows, int columns) {
    double[] stored = arrays.get(StoredArray.ELEMENTS);
    double[] words = arrays.get(StoredArray.METADATA);
    Grid grid = new Grid(tile, matrices, rows, columns / pattern.size());
    double[] elements = new double[matrices * rows * columns];
    int at = 0;
    for (int row = 0; row < matrices * rows; row++) {
      for (int group = 0; group < grid.groups; group++) {
        int code = (int) words[grid.word(row, group)] >>> grid.bit(row, group) & 0xF;
        for (int i = 0; i < pattern.kept(); i++) {
          elements[row * columns + group * pattern.size() + pattern.position(code, i)] = stored[at++];
        }
      }
    }
    return elements;
  }
}
