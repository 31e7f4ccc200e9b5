package nibble.emulator;

import java.util.Arrays;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorDescriptor;
import nibble.emulator.tma.TensorElement;

/**
 * Makes the tensor maps that {@code cp.async.bulk.tensor} takes, as the driver's cuTensorMapEncodeTiled does. A kernel
 * gets one as a parameter by value, {@code const __grid_constant__ CUtensorMap}, or in global or constant memory.
 *
 * <pre>{@code
 * Argument map = TensorMap.of(TensorElement.F16, matrix.address())
 *     .dimensions(columns, rows).strides(columns * 2).box(64, 128).swizzle(Swizzle.B128)
 *     .argument();
 * }</pre>
 *
 * <p>Extents, boxes and steps start with the innermost dimension, along which elements are neighbours in memory;
 * strides, in bytes, leave it out.
 */
public final class TensorMap {
  /** Bytes of a map. */
  public static final int BYTES = TensorDescriptor.BYTES;

  private final TensorElement element;
  private final long address;
  private long[] dimensions = {1};
  private long[] strides = {};
  private int[] box;
  private int[] steps;
  private Swizzle swizzle = Swizzle.NONE;
  private boolean fillsNan;

  private TensorMap(TensorElement element, long address) {
    this.element = element;
    this.address = address;
  }

  /** Starts the map of a tensor at an address of global memory. */
  public static TensorMap of(TensorElement element, long address) {
    return new TensorMap(element, address);
  }

  /** The tensor's extents, up to five. */
  public TensorMap dimensions(long... extents) {
    dimensions = extents.clone();
    return this;
  }

  /** Bytes from element to element along the second and further dimensions. */
  public TensorMap strides(long... bytes) {
    strides = bytes.clone();
    return this;
  }

  /** Extents of the box that one instruction copies. */
  public TensorMap box(int... extents) {
    box = extents.clone();
    return this;
  }

  /** Steps between the elements that are copied; 1 along every dimension unless stated. */
  public TensorMap elementStrides(int... newSteps) {
    steps = newSteps.clone();
    return this;
  }

  /** How boxes are mixed up in shared memory; not at all unless stated. */
  public TensorMap swizzle(Swizzle newSwizzle) {
    swizzle = newSwizzle;
    return this;
  }

  /** Reads NaN instead of zero for what is outside of the tensor. */
  public TensorMap fillWithNan() {
    fillsNan = true;
    return this;
  }

  /**
   * The map's 128 bytes. Only this machine understands them: a GPU's are not documented.
   *
   * @throws IllegalArgumentException if the driver would refuse it; the message says why
   */
  public byte[] encode() {
    int[] ones = new int[dimensions.length];
    Arrays.fill(ones, 1);
    int[] extents = box == null ? ones : box;
    TensorDescriptor map =
        new TensorDescriptor(
            element, address, dimensions, strides, extents, steps == null ? ones : steps, swizzle, fillsNan);
    map.check();
    return map.encode();
  }

  /** The map as a kernel's argument. */
  public Argument argument() {
    return Argument.of(encode());
  }
}
