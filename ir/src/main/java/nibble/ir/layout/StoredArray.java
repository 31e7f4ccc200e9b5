package nibble.ir.layout;

import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;

/**
 * One of the arrays that the elements of a sparse tensor are stored as.
 *
 * @param name {@link #ELEMENTS}, {@link #METADATA}, {@link #COLUMNS}, {@link #MASK} or {@link #STARTS}
 * @param shape its extents, outermost first
 * @param format format of what it holds
 */
public record StoredArray(String name, Shape shape, NumberFormat format) {
  /** The stored elements, in the order of their columns. */
  public static final String ELEMENTS = "elements";

  /** Where in their groups they are: words of {@link MetadataTile}. */
  public static final String METADATA = "metadata";

  /** Which columns of each block are kept, or which blocks of each row of blocks. */
  public static final String COLUMNS = "columns";

  /** Which elements are stored: a bit each. */
  public static final String MASK = "mask";

  /** How many elements are stored before each word of a mask. */
  public static final String STARTS = "starts";
}
