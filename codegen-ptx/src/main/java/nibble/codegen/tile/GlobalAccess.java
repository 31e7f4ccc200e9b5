package nibble.codegen.tile;

import java.util.List;
import nibble.codegen.tile.TileValue.Data;
import nibble.ir.format.Formats;

/**
 * The elements of global memory that an access touches, while it is interpreted; holds the promise of contiguity to
 * account.
 *
 * @param buffer what is accessed
 * @param offsets in elements
 * @param mask null where every element is touched
 */
public record GlobalAccess(TileValue.Buffer buffer, Data offsets, Data mask) {
  /** The type rule that loads, stores and copies share. */
  public static void check(TileOp op, TileType offsets, TileType mask) {
    op.expect(offsets.format().equals(Formats.I32), "takes i32 offsets, not " + offsets.format().name());
    op.expect(mask == null || mask.equals(offsets.withFormat(Formats.BOOL)),
        "takes a mask " + offsets.withFormat(Formats.BOOL) + ", not " + mask);
  }

  /** The access with offsets and mask at these operands; the latter may be missing. */
  public static GlobalAccess of(List<TileValue> operands, int offsets, int mask, int contiguous) {
    GlobalAccess access = new GlobalAccess(
        operands.getFirst().buffer(), operands.get(offsets).data(),
        mask < operands.size() ? operands.get(mask).data() : null);
    access.checkGroups(contiguous);
    return access;
  }

  private void checkGroups(int contiguous) {
    for (int i = 0; i < offsets.elements().length; i++) {
      int first = i - i % contiguous;
      if (isActive(i) != isActive(first)) {
        throw new IllegalStateException("a group of " + contiguous + " contiguous elements is masked in part");
      }
      double start = offsets.elements()[first];
      boolean aligned = (buffer.start() + start) % contiguous == 0;
      if (isActive(i) && (offsets.elements()[i] != start + i - first || !aligned)) {
        throw new IllegalStateException("a group of " + contiguous + " elements is not contiguous and aligned");
      }
    }
  }

  private boolean isActive(int index) {
    return mask == null || mask.elements()[index] != 0;
  }

  /** The index of an active element in memory. */
  private int index(int element) {
    long index = buffer.start() + (long) offsets.elements()[element];
    int length = buffer.elements().length;
    if (index < 0 || index >= length) {
      throw new IllegalStateException("element " + index + " is outside a buffer of " + length + " elements");
    }
    return (int) index;
  }

  /** What is read for an element: 0 where it is not active. */
  public double read(int element) {
    return isActive(element) ? buffer.elements()[index(element)] : 0;
  }

  /** Writes an element, where it is active. */
  public void write(int element, double value) {
    if (isActive(element)) {
      buffer.elements()[index(element)] = value;
    }
  }
}
