package nibble.emulator.tma;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor map: the 128 bytes that describe a tensor in global memory and the box of it that one instruction copies. A
 * GPU's layout of them is not documented; this is the machine's own.
 *
 * @param address of the first element
 * @param dimensions extents, the innermost first
 * @param strides bytes from one element to the next along all dimensions but the innermost
 * @param box extents of the box, steps over elements that are left out included
 * @param steps from one copied element to the next; along the innermost dimension it counts as one
 * @param fillsNan whether what is outside of the tensor is read as NaN rather than zero
 */
public record TensorDescriptor(
    TensorElement element,
    long address,
    long[] dimensions,
    long[] strides,
    int[] box,
    int[] steps,
    Swizzle swizzle,
    boolean fillsNan) {
  public static final int BYTES = 128;
  public static final int ALIGNMENT = 64;

  private static final int MARK = 0x50414D54;
  /** The number of the last dimension that there can be. */
  public static final int LAST = 4;

  private static final int MOST = LAST + 1;
  private static final int DIMENSIONS = 24;
  private static final int STRIDES = 48;
  private static final int BOX = 80;
  private static final int STEPS = 92;

  public TensorDescriptor {
    dimensions = dimensions.clone();
    strides = strides.clone();
    box = box.clone();
    steps = steps.clone();
  }

  /** Number of dimensions. */
  public int rank() {
    return dimensions.length;
  }

  /** Elements of the box along a dimension. */
  public int count(int dimension) {
    int step = dimension == 0 ? 1 : steps[dimension];
    return (box[dimension] + step - 1) / step;
  }

  /** Bytes of a row of the box in shared memory. */
  public int rowBytes() {
    return box[0] / element.count() * element.bytes();
  }

  /** Rows of the box. */
  public int rows() {
    int rows = 1;
    for (int i = 1; i < rank(); i++) {
      rows *= count(i);
    }
    return rows;
  }

  /** Whether bytes are a map, if perhaps one whose fields do not fit each other. */
  public static boolean isMap(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0) == MARK;
  }

  /** Fields that {@code tensormap.replace} changes. */
  public enum Field {
    GLOBAL_ADDRESS,
    RANK,
    BOX_DIM,
    GLOBAL_DIM,
    GLOBAL_STRIDE,
    ELEMENT_STRIDE,
    ELEMTYPE,
    INTERLEAVE_LAYOUT,
    SWIZZLE_MODE,
    SWIZZLE_ATOMICITY,
    FILL_MODE;

    /**
     * Changes the field in a map's bytes.
     *
     * @param index the dimension's number where the field has several values
     */
    public void put(byte[] map, int index, long value) {
      ByteBuffer at = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
      switch (this) {
        case GLOBAL_ADDRESS -> at.putLong(8, value);
        case RANK -> at.put(16, (byte) value);
        case BOX_DIM -> at.putShort(BOX + 2 * index, (short) value);
        case GLOBAL_DIM -> at.putInt(DIMENSIONS + 4 * index, (int) (value - 1));
        case GLOBAL_STRIDE -> at.putLong(STRIDES + 8 * index, value);
        case ELEMENT_STRIDE -> at.put(STEPS + index, (byte) value);
        case ELEMTYPE -> at.put(17, (byte) value);
        case INTERLEAVE_LAYOUT -> at.put(18, (byte) value);
        case SWIZZLE_MODE -> at.put(19, (byte) value);
        case SWIZZLE_ATOMICITY -> at.put(20, (byte) value);
        case FILL_MODE -> at.put(21, (byte) value);
      }
    }
  }

  /** The 128 bytes. */
  public byte[] encode() {
    ByteBuffer at = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    at.putInt(0, MARK);
    at.putLong(8, address);
    at.put(16, (byte) (rank() - 1));
    at.put(17, (byte) element.ordinal());
    at.put(19, (byte) Math.min(swizzle.ordinal(), 3));
    at.put(20, (byte) (swizzle == Swizzle.B128_ATOM_32B ? 1 : swizzle == Swizzle.B128_ATOM_64B ? 3 : 0));
    at.put(21, (byte) (fillsNan ? 1 : 0));
    for (int i = 0; i < MOST; i++) {
      at.putInt(DIMENSIONS + 4 * i, i < rank() ? (int) (dimensions[i] - 1) : 0);
      at.putShort(BOX + 2 * i, (short) (i < rank() ? box[i] : 1));
      at.put(STEPS + i, (byte) (i < rank() ? steps[i] : 1));
    }
    for (int i = 0; i < rank() - 1; i++) {
      at.putLong(STRIDES + 8 * i, strides[i]);
    }
    return at.array();
  }

  /**
   * Reads what {@link #encode} or {@code tensormap.replace} has written.
   *
   * @throws IllegalArgumentException if the bytes are no tensor map, or one that the machine cannot follow
   */
  public static TensorDescriptor decode(byte[] bytes) {
    ByteBuffer at = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    require(isMap(bytes), "the bytes are no tensor map that TensorMap has made");
    int rank = at.get(16) + 1;
    require(rank >= 1 && rank <= MOST, "a tensor of " + rank + " dimensions");
    require(at.get(17) >= 0 && at.get(17) < TensorElement.values().length, "element type " + at.get(17));
    require(at.get(18) == 0, "interleaved tensors are not supported");
    long[] dimensions = new long[rank];
    long[] strides = new long[rank - 1];
    int[] box = new int[rank];
    int[] steps = new int[rank];
    for (int i = 0; i < rank; i++) {
      dimensions[i] = Integer.toUnsignedLong(at.getInt(DIMENSIONS + 4 * i)) + 1;
      box[i] = at.getShort(BOX + 2 * i);
      steps[i] = at.get(STEPS + i);
    }
    for (int i = 0; i < rank - 1; i++) {
      strides[i] = at.getLong(STRIDES + 8 * i);
    }
    TensorElement element = TensorElement.values()[at.get(17)];
    TensorDescriptor map =
        new TensorDescriptor(
            element, at.getLong(8), dimensions, strides, box, steps, swizzle(at.get(19), at.get(20)), at.get(21) == 1);
    map.check();
    return map;
  }

  private static Swizzle swizzle(int mode, int atomicity) {
    require(mode >= 0 && mode <= 3, "swizzle mode " + mode + " is not supported");
    if (mode == 3) {
      return switch (atomicity) {
        case 0 -> Swizzle.B128;
        case 1 -> Swizzle.B128_ATOM_32B;
        case 3 -> Swizzle.B128_ATOM_64B;
        default -> throw new IllegalArgumentException("swizzle atomicity " + atomicity + " is not supported");
      };
    }
    require(atomicity == 0, "swizzle atomicity " + atomicity + " goes with 128 bytes only");
    return Swizzle.values()[mode];
  }

  /**
   * Holds it against the rules of cuTensorMapEncodeTiled.
   *
   * @throws IllegalArgumentException for the first that it breaks
   */
  public void check() {
    require(address % 16 == 0, "the address must be a multiple of 16");
    require(rank() <= MOST && strides.length == rank() - 1 && box.length == rank() && steps.length == rank(),
        "a tensor of " + rank() + " dimensions has as many box extents and steps, and one stride less");
    for (int i = 0; i < rank(); i++) {
      require(dimensions[i] >= 1 && dimensions[i] <= 1L << 32, "extents are 1 to 2^32, not " + dimensions[i]);
      require(box[i] >= 1 && box[i] <= 256, "a box's extents are 1 to 256, not " + box[i]);
      require(steps[i] >= 1 && steps[i] <= 8, "steps between elements are 1 to 8, not " + steps[i]);
    }
    for (long stride : strides) {
      require(stride % 16 == 0 && stride >= 0 && stride < 1L << 40,
          "strides are multiples of 16 below 2^40, not " + stride);
    }
    require(box[0] % element.count() == 0 && dimensions[0] % element.count() == 0,
        "innermost extents of " + element + " are multiples of " + element.count());
    require(rowBytes() % 16 == 0, "a box's row has a multiple of 16 bytes, not " + rowBytes());
    require(swizzle == Swizzle.NONE || rowBytes() <= swizzle.span(),
        "a box's row of " + rowBytes() + " bytes is longer than the " + swizzle.span() + " of its swizzle");
    require(!fillsNan || element.isFloat(), element + " has no NaN to fill with");
  }

  private static void require(boolean holds, String cause) {
    if (!holds) {
      throw new IllegalArgumentException(cause);
    }
  }

  @Override
  public String toString() {
    return element + " " + Arrays.toString(dimensions) + ", box " + Arrays.toString(box) + ", " + swizzle;
  }
}
