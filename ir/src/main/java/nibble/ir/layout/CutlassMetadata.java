package nibble.ir.layout;

import nibble.ir.format.NumberFormat;

/**
 * The metadata of 2:4, and of 1:2 where elements have 32 bits, as the sparse kernels of CUTLASS and PyTorch have it,
 * and as a sparse tensor stores it ({@link MetadataTile}). An element of it has the codes of a row's next groups, the
 * first in the lowest bits: four in 16 bits where elements have 16 or 32 bits, eight in 32 bits where they have 8.
 * Elements lie row by row, or reordered for kernels: with {@code R} rows, the one of row r and column c goes to
 *
 * <pre>
 * group, weave = 32, 4 for elements of 16 bits; 16, 2 for those of 32
 * s = r / group * group + r mod 8 * weave + r mod group / 8
 * s, c = s + 1, c - 1 where s is even and c is odd; s - 1, c + 1 where s is odd and c is even
 * place = c / 2 * 2 R + 2 s + c mod 2
 * </pre>
 */
public final class CutlassMetadata {
  private static final int CODE_BITS = 4;
  private static final int CODE = 0xF;

  private final int rows;
  private final int groups;
  private final MetadataTile tile;
  /** Groups whose codes are in an element. */
  private final int perElement;

  /**
   * The metadata of a matrix.
   *
   * @param groups of a row
   * @param format of an element of the matrix: of 32, 16 or 8 bits
   * @throws IllegalArgumentException where kernels of CUTLASS take no such matrix
   */
  public CutlassMetadata(int rows, int groups, NumberFormat format) {
    int bits = format.storageBits();
    if (!format.isFloat() && bits != Byte.SIZE || bits != Float.SIZE && bits != Short.SIZE && bits != Byte.SIZE) {
      throw new IllegalArgumentException("elements are floats of 32 or 16 bits or have 8, not " + format.name());
    }
    perElement = bits == Byte.SIZE ? 8 : 4;
    int size = pattern(format).size();
    if (rows % 32 != 0 || groups % (4 * perElement) != 0) {
      throw new IllegalArgumentException("a matrix has rows by 32 and columns by " + 4 * size * perElement + ", not "
          + rows + " and " + size * groups);
    }
    this.rows = rows;
    this.groups = groups;
    tile = MetadataTile.of(format);
  }

  /** The groups of elements of a format. */
  public static GroupPattern pattern(NumberFormat format) {
    return format.storageBits() == Float.SIZE ? GroupPattern.ONE_OF_TWO : GroupPattern.TWO_OF_FOUR;
  }

  /** Elements of a row. */
  public int columns() {
    return groups / perElement;
  }

  /** Elements row by row, from the words of a sparse tensor; those of 16 bits as numbers from 0 on. */
  public long[] plain(double[] words) {
    long[] elements = new long[rows * columns()];
    for (int row = 0; row < rows; row++) {
      for (int group = 0; group < groups; group++) {
        long code = (int) words[word(row, group)] >>> tile.bit(row % tile.rows(), group % tile.groups()) & CODE;
        elements[row * columns() + group / perElement] |= code << CODE_BITS * (group % perElement);
      }
    }
    return elements;
  }

  /** The words of a sparse tensor, from elements row by row. */
  public double[] words(long[] plain) {
    requireSize(plain);
    int[] words = new int[rows / tile.rows() * Math.ceilDiv(groups, tile.groups()) * MetadataTile.WORDS];
    for (int row = 0; row < rows; row++) {
      for (int group = 0; group < groups; group++) {
        long element = plain[row * columns() + group / perElement];
        int code = (int) (element >>> CODE_BITS * (group % perElement)) & CODE;
        words[word(row, group)] |= code << tile.bit(row % tile.rows(), group % tile.groups());
      }
    }
    double[] numbers = new double[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = words[i];
    }
    return numbers;
  }

  private int word(int row, int group) {
    int tiles = row / tile.rows() * Math.ceilDiv(groups, tile.groups()) + group / tile.groups();
    return tiles * MetadataTile.WORDS + tile.word(row % tile.rows(), group % tile.groups());
  }

  /** Elements in the order of kernels, from those row by row. */
  public long[] reorder(long[] plain) {
    requireSize(plain);
    long[] reordered = new long[plain.length];
    for (int i = 0; i < plain.length; i++) {
      reordered[place(i / columns(), i % columns())] = plain[i];
    }
    return reordered;
  }

  /** Elements row by row, from those in the order of kernels. */
  public long[] restore(long[] reordered) {
    requireSize(reordered);
    long[] plain = new long[reordered.length];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = reordered[place(i / columns(), i % columns())];
    }
    return plain;
  }

  private int place(int row, int column) {
    int group = perElement == 4 ? 32 : 16;
    int weave = perElement == 4 ? 4 : 2;
    int to = row / group * group + row % 8 * weave + row % group / 8;
    int other = column;
    if (to % 2 == 0 && column % 2 == 1) {
      to++;
      other--;
    } else if (to % 2 == 1 && column % 2 == 0) {
      to--;
      other++;
    }
    return other / 2 * 2 * rows + 2 * to + other % 2;
  }

  private void requireSize(long[] elements) {
    if (elements.length != rows * columns()) {
      throw new IllegalArgumentException(
          "the metadata of " + rows + " rows have " + rows * columns() + " elements, not " + elements.length);
    }
  }
}
