package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
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
  /** The name in a file of a part of a tensor: the elements, or codes, have the tensor's own. */
  static String nameOf(String tensor, String part) {
    return part.equals(TensorPart.ELEMENTS) ? tensor : tensor + "." + part;
  }

  /** Whether a part is stored as bytes, since the file's format has no name for what it holds. */
  static boolean isBytes(TensorType part) {
    return !SafetensorsReader.TYPES.containsValue(part.format());
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
    long bytes = PackedLayout.bytes(part.type().shape().size().constant(), part.type().format());
    boolean fits = isBytes(part.type())
        ? stored.equals(TensorType.of(Shape.of(bytes), Formats.U8)) : stored.equals(part.type());
    if (!fits) {
      throw fault.tensor(
          nameOf(name, part.name()), "is " + stored + ", but " + FileFault.quoted(name) + " of type " + type + " needs "
              + (isBytes(part.type()) ? bytes + " bytes as u8" : part.type()));
    }
  }

  /** Metadata may have been written by anybody. */
  private void requireSound(HostTensor tensor) {
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
