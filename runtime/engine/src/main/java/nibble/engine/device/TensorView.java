package nibble.engine.device;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;

/**
 * A tensor in global memory as tensor copies see it; lists start with the innermost dimension, along which elements are
 * neighbours.
 *
 * @param buffer where it lies
 * @param offset of its first element in the buffer, in bytes
 * @param elementBytes 1, 2 or 4
 * @param extents elements along each dimension
 * @param strides bytes from one to the next along all dimensions but the innermost
 * @param box extents of what one instruction copies
 * @param swizzle bytes of a row in which 16-byte chunks trade places: 32, 64 or 128
 */
public record TensorView(
    DeviceBuffer buffer, long offset, int elementBytes, ImmutableLongArray extents, ImmutableLongArray strides,
    ImmutableIntArray box, int swizzle) {
  public TensorView {
    if (elementBytes != 1 && elementBytes != 2 && elementBytes != 4) {
      throw new IllegalArgumentException("elements of " + elementBytes + " bytes");
    }
    if (swizzle != 32 && swizzle != 64 && swizzle != 128) {
      throw new IllegalArgumentException("a swizzle of " + swizzle + " bytes");
    }
  }

  public long address() {
    if (buffer.isClosed()) {
      throw new IllegalStateException("the buffer " + buffer.name() + " was given back");
    }
    return buffer.address() + offset;
  }
}
