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
public record Memory(TensorType type, ImmutableMap<String, Value> parts) {
  /** Buffer of elements, or codes. */
  public Value elements() {
    return parts.get(TensorPart.ELEMENTS);
  }

  /** Buffer of scales, of scaled tensors: those of the first level of codes. */
  public Optional<Value> scales() {
    return Optional.ofNullable(parts.get(TensorPart.SCALES));
  }

  /** The second level of codes as a tensor of its own. */
  public Optional<Memory> residual() {
    String prefix = TensorPart.RESIDUAL + ".";
    return type.residualType().map(second -> {
      ImmutableMap.Builder<String, Value> own = ImmutableMap.builder();
      parts.forEach((name, buffer) -> {
        if (name.equals(TensorPart.RESIDUAL)) {
          own.put(TensorPart.ELEMENTS, buffer);
        } else if (name.startsWith(prefix)) {
          own.put(name.substring(prefix.length()), buffer);
        }
      });
      return new Memory(second, own.buildOrThrow());
    });
  }

  /**
   * Refuses a tensor with a second level of codes.
   *
   * @throws UnsupportedAccess where it has one
   */
  void expectNoResidual() {
    if (type.residual().isPresent()) {
      throw new UnsupportedAccess("no kernel takes " + type + " here: its part '" + TensorPart.RESIDUAL
          + "' has no kernels; tensors of codes and scales have");
    }
  }
}
