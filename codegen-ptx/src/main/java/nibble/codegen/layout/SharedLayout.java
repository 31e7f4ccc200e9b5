package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.OFFSET;
import static nibble.codegen.layout.LinearLayout.identity;

import com.google.common.collect.ImmutableList;

/**
 * A tile in shared memory: what element each offset holds.
 *
 * @param layout a bijection {@code (offset) -> (dim0, dim1, ...)}, the offset in elements
 * @param elementBits the width of an element: 4, or a power of two from 8 to 128
 */
public record SharedLayout(LinearLayout layout, int elementBits) {
  public SharedLayout {
    checkArgument(Integer.bitCount(elementBits) == 1 && elementBits >= 4 && elementBits <= 128, "%s bits", elementBits);
    checkArgument(layout.inputs().size() == 1 && layout.hasInput(OFFSET), "inputs %s", layout.inputs());
    checkArgument(layout.isBijective(), "%s is not a bijection", layout);
  }

  /** The tile of the given shape, the last dimension fastest. */
  public static SharedLayout rowMajor(int elementBits, int... shape) {
    LinearLayout layout = LinearLayout.empty();
    for (int dim = shape.length - 1; dim >= 0; dim--) {
      layout = layout.times(identity(OFFSET, shape[dim], Dimension.tensor(dim)));
    }
    return new SharedLayout(layout.reorderOutputs(Dimension.tensors(shape.length)), elementBits);
  }

  /**
   * The tile as tensor maps and matrix descriptors keep it: columns cut into panels as wide as the mode's rows, panel
   * after panel, each swizzled.
   *
   * @param rows a power of two
   * @param columns a power of two, at least one row of the mode
   */
  public static SharedLayout swizzled(SwizzleMode mode, int elementBits, int rows, int columns) {
    int panel = mode.span() * 8 / elementBits;
    checkArgument(columns % panel == 0, "%s columns of %s bits in rows of %s bytes", columns, elementBits, mode.span());
    LinearLayout plain = identity(OFFSET, panel, Dimension.tensor(1))
        .times(identity(OFFSET, rows, Dimension.tensor(0)))
        .times(identity(OFFSET, columns / panel, Dimension.tensor(1)))
        .reorderOutputs(Dimension.tensors(2));
    long[] logical = new long[plain.matrix().width()];
    for (int bit = 0; bit < logical.length; bit++) {
      long bits = (1L << bit) * elementBits;
      logical[bit] = bits < 8 ? 1L << bit : (long) mode.apply((int) (bits / 8)) * 8 / elementBits;
    }
    F2Matrix swizzle = F2Matrix.ofColumns(logical.length, logical);
    return new SharedLayout(
        new LinearLayout(plain.inputs(), plain.outputs(), plain.matrix().multiply(swizzle)), elementBits);
  }

  /** The bytes of the tile. */
  public int bytes() {
    return (int) (((long) layout.inputSize(OFFSET) * elementBits + 7) / 8);
  }

  /** The byte at which the element of the given coordinates starts. */
  public int address(int... coordinates) {
    return (int) ((long) layout.inverse().apply(coordinates)[0] * elementBits / 8);
  }

  /**
   * Where each element of a distributed tensor is: a layout from the inputs of {@code distributed} to {@code offset} in
   * bytes. The low bit of a 4-bit element's offset, which says what half of the byte it is, is dropped.
   */
  public LinearLayout addresses(LinearLayout distributed) {
    LinearLayout elements = distributed.relativeTo(layout);
    long[] columns = elements.matrix().columns().stream().map(c -> c * elementBits / 8).toArray();
    Dimension bytes = Dimension.ofSize(OFFSET, bytes());
    return new LinearLayout(elements.inputs(), ImmutableList.of(bytes), F2Matrix.ofColumns(bytes.bits(), columns));
  }
}
