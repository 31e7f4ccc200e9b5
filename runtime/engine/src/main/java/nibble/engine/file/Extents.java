package nibble.engine.file;

import java.util.List;
import java.util.Optional;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.TensorType;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;

/**
 * The extents that a file claims for a tensor, before they are believed.
 *
 * @param values outermost first
 */
record Extents(List<Long> values) {
  private static final int MAX_RANK = 32;
  // A tensor's elements are a Java array.
  private static final long MAX_ELEMENTS = Integer.MAX_VALUE - 16L;

  /** Why no tensor can have them, if none can; said behind the tensor's name. */
  Optional<String> fault() {
    if (values.size() > MAX_RANK) {
      return Optional.of("claims " + values.size() + " axes; at most " + MAX_RANK + " are read");
    }
    long size = 1;
    for (long extent : values) {
      if (extent < 0) {
        return Optional.of("claims the negative extent " + extent + " in its shape " + this);
      }
      if (extent > MAX_ELEMENTS || Math.multiplyHigh(size, extent) != 0 || size * extent < 0
          || size * extent > MAX_ELEMENTS) {
        return Optional.of("claims the shape " + this + ", more elements than the " + MAX_ELEMENTS
            + " that can be read");
      }
      size *= extent;
    }
    return Optional.empty();
  }

  /** The type; only where there is no {@link #fault}. */
  TensorType typeOf(NumberFormat format) {
    return TensorType.of(Shape.of(values.stream().mapToLong(Long::longValue).toArray()), format);
  }

  /** The type, where the extents are sound and take that many bytes. */
  TensorType typeOf(NumberFormat format, long bytes, FileFault file, String name) {
    fault().ifPresent(what -> {
      throw file.tensor(name, what);
    });
    TensorType type = typeOf(format);
    long expected = PackedLayout.of(type).elementBytes();
    if (expected != bytes) {
      throw file.tensor(
          name, "has " + bytes + " bytes, but its type " + type + " takes " + expected);
    }
    return type;
  }

  @Override
  public String toString() {
    return values.size() > MAX_RANK ? "[" + values.size() + " axes]" : values.toString().replace(" ", "");
  }
}
