package nibble.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;

/**
 * A tensor as bytes in the layout of device memory ({@link PackedLayout}), ready to be copied.
 *
 * @param type a type of constant shape, not sparse
 * @param data the elements; read only where it is a view of a file
 * @param scales the scales, where the type has some
 */
public record HostTensor(TensorType type, MemorySegment data, Optional<MemorySegment> scales) {
  public HostTensor {
    PackedLayout layout = PackedLayout.of(type);
    requireSize(type, "elements", data, layout.elementBytes());
    if (scales.isPresent() != type.isScaled()) {
      throw new IllegalArgumentException(type + (type.isScaled() ? " needs scales" : " has no scales"));
    }
    scales.ifPresent(segment -> requireSize(type, "scales", segment, layout.scaleBytes()));
  }

  /** A tensor without scales. */
  public static HostTensor of(TensorType type, MemorySegment data) {
    return new HostTensor(type, data, Optional.empty());
  }

  /** Fresh zeroed bytes of that type, to be filled by a copy from a device. */
  public static HostTensor zeros(TensorType type) {
    PackedLayout layout = PackedLayout.of(type);
    return new HostTensor(
        type,
        HostBytes.allocate(layout.elementBytes(), "a " + type),
        type.scale().map(scale -> HostBytes.allocate(layout.scaleBytes(), "scales of a " + type)));
  }

  /** The bytes of a tensor; each element and each scale is rounded to nearest even where its format can't hold it. */
  public static HostTensor encode(Tensor tensor) {
    HostTensor host = zeros(tensor.type());
    ElementCodec.of(tensor.type().format()).encode(tensor.elements(), host.data);
    host.scales.ifPresent(
        segment -> ElementCodec.of(tensor.type().scaleType().format()).encode(tensor.scales(), segment));
    return host;
  }

  /** The decoded tensor. */
  public Tensor decode() {
    double[] scaleValues = scales
        .map(segment -> decode(type.scaleType(), segment))
        .orElseGet(() -> new double[0]);
    return new Tensor(type, decode(type, data), scaleValues);
  }

  /** Bytes of elements and scales together. */
  public long byteSize() {
    return data.byteSize() + scales.map(MemorySegment::byteSize).orElse(0L);
  }

  private static double[] decode(TensorType type, MemorySegment bytes) {
    double[] elements = HostBytes.doubles(type.shape().size().constant(), "a decoded " + type);
    ElementCodec.of(type.format()).decode(bytes, elements);
    return elements;
  }

  private static void requireSize(TensorType type, String what, MemorySegment segment, long expected) {
    if (segment.byteSize() != expected) {
      throw new IllegalArgumentException(
          "the " + what + " of " + type + " take " + expected + " bytes, not " + segment.byteSize());
    }
  }
}
