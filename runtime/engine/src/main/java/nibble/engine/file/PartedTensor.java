package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import nibble.engine.tensor.HostTensor;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/**
 * A tensor that a file says is quantized or sparse: its parts are tensors of the file.
 *
 * @param fault names the file
 * @param name its name
 * @param type what the file says it is
 * @param parts by names of {@link TensorType#parts()}
 */
record PartedTensor(FileFault fault, String name, TensorType type, ImmutableMap<String, FileTensor> parts)
    implements FileTensor {
  /** Bits of an f32 that a tf32 does not have. */
  private static final int LOW_BITS = (1 << Formats.TF32.zeroBits()) - 1;

  /** The name in a file of a part of a tensor: the elements, or codes, have the tensor's own. */
  static String nameOf(String tensor, String part) {
    return part.equals(TensorPart.ELEMENTS) ? tensor : tensor + "." + part;
  }

  /** How a part is stored: where the file's format has no name for what it holds, as f32 that are tf32, or as bytes. */
  static TensorType stored(TensorType part) {
    if (SafetensorsReader.TYPES.containsValue(part.format())) {
      return part;
    }
    return part.format().equals(Formats.TF32)
        ? TensorType.of(part.shape(), Formats.F32)
        : TensorType.of(Shape.of(PackedLayout.bytes(part.shape().size().constant(), part.format())), Formats.U8);
  }

  @Override
  public HostTensor load() {
    ImmutableMap.Builder<String, MemorySegment> bytes = ImmutableMap.builder();
    for (TensorPart part : type.parts()) {
      FileTensor stored = parts.get(part.name());
      requireFit(part, stored.type());
      bytes.put(part.name(), stored.load().data());
    }
    HostTensor tensor = new HostTensor(type, bytes.buildOrThrow());
    requireSound(tensor);
    return tensor;
  }

  private void requireFit(TensorPart part, TensorType stored) {
    TensorType wanted = stored(part.type());
    if (!stored.equals(wanted)) {
      boolean areBytes = wanted.format().equals(Formats.U8) && !wanted.equals(part.type());
      throw fault.tensor(
          nameOf(name, part.name()), "is " + stored + ", but " + FileFault.quoted(name) + " of type " + type + " needs "
              + (areBytes ? wanted.shape().last() + " bytes as u8" : wanted));
    }
  }

  /** Metadata may have been written by anybody. */
  private void requireSound(HostTensor tensor) {
    if (type.format().equals(Formats.TF32)) {
      requireTf32(tensor.data());
    }
    type.sparse().ifPresent(layout -> {
      ImmutableMap.Builder<String, double[]> arrays = ImmutableMap.builder();
      layout.arrays(type.shape(), type.format()).forEach(array -> arrays.put(
          array.name(),
          HostTensor.of(TensorType.of(array.shape(), array.format()), tensor.parts().get(array.name())).decode()
              .elements()));
      layout.fault(arrays.buildOrThrow(), type.shape(), type.format()).ifPresent(why -> {
        throw fault.tensor(name, "is no " + type + ": " + why);
      });
    });
  }

  private void requireTf32(MemorySegment elements) {
    for (long i = 0; i < elements.byteSize() / Integer.BYTES; i++) {
      int bits = elements.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
      if ((bits & LOW_BITS) != 0 && !Float.isNaN(Float.intBitsToFloat(bits))) {
        throw fault.tensor(
            name,
            "is no " + type + ": element " + i + " is " + Float.intBitsToFloat(bits) + ", which tf32 does not have",
            "the lowest " + Formats.TF32.zeroBits() + " bits of each element are zero");
      }
    }
  }

  /**
   * The tensor as a type: its own, or a plain one of the same shape, which gets its values.
   *
   * @throws nibble.ir.diagnostic.InputException where it is another one
   */
  Tensor as(TensorType wanted) {
    if (wanted.equals(type)) {
      return load().decode();
    }
    if (!wanted.isPlain() || !wanted.shape().equals(type.shape()) || !wanted.format().isFloat()) {
      throw fault.tensor(name, "is " + type + ", but the model wants " + wanted,
          "it can be read as that type, or as plain numbers of the same shape");
    }
    double[] values = load().decode().values();
    return Tensor.of(wanted, Arrays.copyOf(values, values.length)).rounded();
  }
}
