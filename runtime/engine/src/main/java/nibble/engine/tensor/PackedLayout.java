package nibble.engine.tensor;

import com.google.common.collect.ImmutableMap;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;

/**
 * How many bytes a tensor takes in device memory, each of its parts in a buffer of its own. Elements of a part lie in
 * row-major order without gaps, least significant bit first: element {@code i} of a format of {@code b} storage bits
 * takes bits {@code i*b} to {@code i*b + b - 1}, so that of two 4-bit elements in a byte the low nibble is the first.
 * Truth values and 6-bit elements take a byte.
 *
 * @param parts bytes of each part, by names of {@link TensorType#parts()}, elements first
 */
public record PackedLayout(ImmutableMap<String, Long> parts) {
  /**
   * The layout of a type of constant shape.
   *
   * @throws IllegalArgumentException where the type is sparse and its layout has no place in memory
   */
  public static PackedLayout of(TensorType type) {
    ImmutableMap.Builder<String, Long> parts = ImmutableMap.builder();
    type.parts().forEach(part -> parts.put(part.name(), bytes(part)));
    return new PackedLayout(parts.build());
  }

  private static long bytes(TensorPart part) {
    return bytes(part.type().shape().size().constant(), part.type().format());
  }

  /** Bytes of that many elements in a row; the last byte may be filled in part. */
  public static long bytes(long count, NumberFormat format) {
    return Math.ceilDiv(Math.multiplyExact(count, (long) format.storageBits()), (long) Byte.SIZE);
  }

  /** Bytes of the elements, or codes. */
  public long elementBytes() {
    return parts.get(TensorPart.ELEMENTS);
  }

  public long totalBytes() {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }
}
