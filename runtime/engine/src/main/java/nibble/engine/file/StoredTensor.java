package nibble.engine.file;

import java.lang.foreign.MemorySegment;
import nibble.engine.tensor.HostTensor;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.TensorType;

/**
 * A tensor that can be read.
 *
 * @param name its name in the file
 * @param type its type: plain, of constant shape
 * @param order how its elements lie in the file
 * @param source its bytes
 */
record StoredTensor(String name, TensorType type, ElementOrder order, Source source) implements FileTensor {

  /** Where the bytes of a tensor come from. */
  @FunctionalInterface
  interface Source {
    /** The bytes, exactly as many as the type takes; unpacked or checked on the way where the format asks for it. */
    MemorySegment bytes();
  }

  @Override
  public HostTensor load() {
    MemorySegment bytes = source.bytes();
    long expected = PackedLayout.of(type).elementBytes();
    if (bytes.byteSize() != expected) {
      throw new IllegalStateException(name + ": " + bytes.byteSize() + " bytes read instead of " + expected);
    }
    return HostTensor.of(type, order.toMemoryOrder(type, bytes));
  }
}
