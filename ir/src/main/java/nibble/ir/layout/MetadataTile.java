package nibble.ir.layout;

import nibble.ir.format.NumberFormat;

/**
 * How the 4-bit codes of groups ({@link GroupPattern}) lie in 32-bit words. A tile of codes is 32 words, one for each
 * lane of a warp: word {@code l} is the operand {@code e} of lane {@code l} of {@code mma.sp} (PTX ISA 8.7, section
 * 9.7.14.6.1), so that metadata is loaded as it is used. A tile holds the words of the reordered metadata of CUTLASS.
 *
 * <pre>
 * g = row mod 8         TWO_ROWS, 32 rows x 8 groups      ONE_ROW, 16 rows x 16 groups
 * lane                  4 g + 2 (row / 16) + group / 4    4 g + 2 (group / 8) + row / 8
 * bits 0 to 15          row g, or g + 16                  groups 0 to 3 of eight
 * bits 16 to 31         row g + 8, or g + 24              groups 4 to 7 of eight
 * </pre>
 *
 * <p>A tile of two rows serves two instructions of 16 rows each: of selector 0 and of selector 1. Codes beyond the edge
 * of the matrix are those of a group of zeros.
 */
public enum MetadataTile {
  /** A word has four groups of two rows: of elements wider than a byte. */
  TWO_ROWS(32, 8),
  /** A word has eight groups of one row: of elements of a byte or less. */
  ONE_ROW(16, 16);

  /** Lanes of a warp, and words of a tile. */
  public static final int WORDS = 32;

  private static final int CODE_BITS = 4;

  private final int rows;
  private final int groups;

  MetadataTile(int rows, int groups) {
    this.rows = rows;
    this.groups = groups;
  }

  /** The tile of elements of a format. */
  public static MetadataTile of(NumberFormat format) {
    return format.storageBits() > Byte.SIZE ? TWO_ROWS : ONE_ROW;
  }

  public int rows() {
    return rows;
  }

  /** Groups of each row. */
  public int groups() {
    return groups;
  }

  /** The word that has the code of a group, counted within the tile. */
  public int word(int row, int group) {
    int quad = 4 * (row % 8);
    return switch (this) {
      case TWO_ROWS -> quad + 2 * (row / 16) + group / 4;
      case ONE_ROW -> quad + 2 * (group / 8) + row / 8;
    };
  }

  /** The lowest bit of the code in its word. */
  public int bit(int row, int group) {
    return switch (this) {
      case TWO_ROWS -> 16 * (row / 8 % 2) + CODE_BITS * (group % 4);
      case ONE_ROW -> CODE_BITS * (group % 8);
    };
  }
}
