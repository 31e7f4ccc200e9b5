package nibble.codegen.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;

/**
 * A tensor in global memory.
 *
 * @param type its type
 * @param parts a buffer for each part of the type, by name
 */
record Memory(TensorType type, ImmutableMap<String, Value> parts) {
  /** Buffer of elements, or codes. */
  Value elements() {
    return parts.get(TensorPart.ELEMENTS);
  }

  /**
   * Buffer of scales, of scaled tensors.
   *
   * @throws UnsupportedAccess where the tensor has parts besides codes and scales
   */
  Optional<Value> scales() {
    expectOneLevel(type);
    return Optional.ofNullable(parts.get(TensorPart.SCALES));
  }

  /**
   * Refuses a type with parts besides codes and scales.
   *
   * @throws UnsupportedAccess with the part that no kernel takes yet
   */
  static void expectOneLevel(TensorType type) {
    for (TensorPart part : type.parts()) {
      if (!part.name().equals(TensorPart.ELEMENTS) && !part.name().equals(TensorPart.SCALES)) {
        throw new UnsupportedAccess("no kernel takes " + type + " yet: its part '" + part.name()
            + "' has no kernels; tensors of codes and plain scales have");
      }
    }
  }
}
