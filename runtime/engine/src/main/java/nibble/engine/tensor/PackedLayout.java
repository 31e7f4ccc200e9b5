package nibble.engine.tensor;

import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;

/**
 * How many bytes a tensor takes in device memory. Elements lie in row-major order without gaps, least significant bit
 * first: element {@code i} of a format of {@code b} storage bits takes bits {@code i*b} to {@code i*b + b - 1}, so that
 * of two 4-bit elements in a byte the low nibble is the first. Truth values take a byte. Scales lie in a buffer of
 * their own, in row-major order of the scale grid.
 *
 * @param elementBytes bytes of the elements
 * @param scaleBytes bytes of the scales; 0 where the type has none
 */
public record PackedLayout(long elementBytes, long scaleBytes) {
  /**
   * The layout of a type of constant shape.
   *
   * @throws IllegalArgumentException where the type is sparse: compressed tensors have no memory layout here
   */
  public static PackedLayout of(TensorType type) {
    if (type.sparse().isPresent()) {
      throw new IllegalArgumentException(type + " is sparse and has no dense memory layout");
    }
    long scales = type.isScaled() ? bytes(type.scaleType().shape().size().constant(), type.scaleType().format()) : 0;
    return new PackedLayout(bytes(type.shape().size().constant(), type.format()), scales);
  }

  /** Bytes of that many elements in a row; the last byte may be filled in part. */
  public static long bytes(long count, NumberFormat format) {
    return Math.ceilDiv(Math.multiplyExact(count, (long) format.storageBits()), (long) Byte.SIZE);
  }

  public long totalBytes() {
    return elementBytes + scaleBytes;
  }
}
