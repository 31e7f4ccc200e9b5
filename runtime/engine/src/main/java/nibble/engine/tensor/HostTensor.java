package nibble.engine.tensor;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;

/**
 * A tensor as bytes in the layout of device memory ({@link PackedLayout}), ready to be copied.
 *
 * @param type a type of constant shape; a sparse tensor is compressed
 * @param parts the bytes of each part, by names of {@link TensorType#parts()}; read only where they are a view of a
 *     file
 */
public record HostTensor(TensorType type, ImmutableMap<String, MemorySegment> parts) {
  public HostTensor {
    PackedLayout layout = PackedLayout.of(type);
    if (!layout.parts().keySet().equals(parts.keySet())) {
      throw new IllegalArgumentException(
          type + " consists of " + layout.parts().keySet() + ", not of " + parts.keySet());
    }
    parts.forEach((name, segment) -> requireSize(type, name, segment, layout.parts().get(name)));
  }

  /** A tensor of a plain type. */
  public static HostTensor of(TensorType type, MemorySegment data) {
    return new HostTensor(type, ImmutableMap.of(TensorPart.ELEMENTS, data));
  }

  /** Fresh zeroed bytes of that type, to be filled by a copy from a device. */
  public static HostTensor zeros(TensorType type) {
    ImmutableMap.Builder<String, MemorySegment> parts = ImmutableMap.builder();
    PackedLayout.of(type).parts().forEach((name, bytes) ->
        parts.put(name, HostBytes.allocate(bytes, name + " of a " + type)));
    return new HostTensor(type, parts.build());
  }

  /** The bytes of a tensor; each element of a part is rounded to nearest even where its format can't hold it. */
  public static HostTensor encode(Tensor tensor) {
    HostTensor host = zeros(tensor.type());
    Map<String, double[]> arrays = tensor.parts();
    for (TensorPart part : tensor.type().parts()) {
      ElementCodec.of(part.type().format()).encode(arrays.get(part.name()), host.parts.get(part.name()));
    }
    return host;
  }

  /** The decoded tensor. */
  public Tensor decode() {
    Map<String, double[]> arrays = new HashMap<>();
    for (TensorPart part : type.parts()) {
      arrays.put(part.name(), decode(part.type(), parts.get(part.name())));
    }
    return Tensor.ofParts(type, arrays);
  }

  /** The elements, or codes. */
  public MemorySegment data() {
    return parts.get(TensorPart.ELEMENTS);
  }

  /** Bytes of all parts together. */
  public long byteSize() {
    return parts.values().stream().mapToLong(MemorySegment::byteSize).sum();
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
