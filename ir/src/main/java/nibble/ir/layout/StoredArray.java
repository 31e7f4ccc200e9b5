package nibble.ir.layout;

import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;

/**
 * One of the arrays that the elements of a sparse tensor are stored as.
 *
 * @param name {@link #ELEMENTS}, {@link #METADATA} or {@link #COLUMNS}
 * @param shape its extents, outermost first
 * @param format format of what it holds
 */
public record StoredArray(String name, Shape shape, NumberFormat format) {
  /** The stored elements, in the order of their columns. */
  public static final String ELEMENTS = "elements";

  /** Where in their groups they are: words of {@link MetadataTile}. */
  public static final String METADATA = "metadata";

  /** Which columns of each block are kept. */
  public static final String COLUMNS = "columns";
}
