package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.LinearLayout.identity;

/**
 * What {@code ldmatrix} leaves in the registers, {@code (register, lane) -> (dim0, dim1)}: {@code dim0} counts the rows
 * of 16 bytes of all matrices, {@code dim1} the elements of a row. Any element of up to 32 bits can be moved plainly,
 * as 16 bytes are 16 bytes; {@code .trans} exchanges units of 16 bits (PTX ISA 9.7.14.5.15).
 */
public final class LdmatrixFragment {
  private static final int ROWS = 8;
  private static final int ROW_BITS = 128;
  private static final String ROW = Dimension.tensor(0);
  private static final String COLUMN = Dimension.tensor(1);

  private LdmatrixFragment() {}

  /**
   * The fragment without {@code .trans}: register j of a lane has four bytes of row {@code lane / 4} of matrix j.
   *
   * @param matrices 1, 2 or 4
   * @param elementBits 4, 8, 16 or 32
   */
  public static LinearLayout plain(int matrices, int elementBits) {
    checkArgument(elementBits >= 4 && elementBits <= 32, "elements of %s bits", elementBits);
    return identity(REGISTER, 32 / elementBits, COLUMN)
        .times(identity(LANE, ROW_BITS / 32, COLUMN))
        .times(identity(LANE, ROWS, ROW))
        .times(identity(REGISTER, matrices, ROW))
        .reorderOutputs(Dimension.tensors(2));
  }

  /** The fragment with {@code .trans}, of 16-bit elements: a lane has two neighbours of column {@code lane / 4}. */
  public static LinearLayout transposed(int matrices) {
    return identity(REGISTER, 2, ROW)
        .times(identity(LANE, ROWS / 2, ROW))
        .times(identity(LANE, ROWS, COLUMN))
        .times(identity(REGISTER, matrices, ROW));
  }
}
