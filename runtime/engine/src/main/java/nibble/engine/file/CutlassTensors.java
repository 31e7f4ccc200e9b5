package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CutlassMetadata;
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.StoredArray;
import nibble.ir.shape.Shape;

/**
 * Matrices of 2:4, of f32 those of 1:2, in the layout of the sparse kernels of CUTLASS, as PyTorch stores them: {@code
 * packed}, the kept elements, and {@code meta}, the reordered metadata ({@link CutlassMetadata}) as 16-bit integers,
 * and as 32-bit ones where elements have 8 bits. Elements of tf32 are stored as f32.
 */
public final class CutlassTensors {
  static final String PACKED = "packed";
  static final String META = "meta";

  private CutlassTensors() {}

  /**
   * The two tensors of a matrix.
   *
   * @param matrix of a type of 2:4, or 1:2 where elements have 32 bits, without scales
   * @throws IllegalArgumentException where kernels of CUTLASS take no such matrix
   */
  public static ImmutableMap<String, HostTensor> of(Tensor matrix) {
    TensorType type = matrix.type();
    SparseLayout layout = layout(type.format());
    if (!type.sparse().equals(Optional.of(layout)) || type.isScaled() || type.rank() != 2) {
      throw new IllegalArgumentException(
          "CUTLASS has matrices of sparse<" + layout.text() + "> without scales, not " + type);
    }
    int[] extents = type.shape().extents();
    CutlassMetadata metadata =
        new CutlassMetadata(extents[0], extents[1] / CutlassMetadata.pattern(type.format()).size(), type.format());
    ImmutableMap<String, double[]> arrays = matrix.parts();
    long[] elements = metadata.reorder(metadata.plain(arrays.get(StoredArray.METADATA)));
    TensorType meta = metaType(type, metadata);
    boolean isShort = meta.format().equals(Formats.I16);
    double[] signed = new double[elements.length];
    for (int i = 0; i < signed.length; i++) {
      signed[i] = isShort ? (short) elements[i] : (int) elements[i];
    }
    return ImmutableMap.of(
        PACKED, HostTensor.encode(Tensor.of(
            PartedTensor.stored(TensorType.of(Shape.of(extents[0], extents[1] / 2), type.format())),
            arrays.get(StoredArray.ELEMENTS))),
        META, HostTensor.encode(Tensor.of(meta, signed)));
  }

  private static SparseLayout layout(NumberFormat format) {
    GroupPattern pattern = CutlassMetadata.pattern(format);
    return new NOfM(pattern.kept(), pattern.size());
  }

  private static TensorType metaType(TensorType matrix, CutlassMetadata metadata) {
    return TensorType.of(
        Shape.of(matrix.shape().dim(0).constant(), metadata.columns()),
        matrix.format().storageBits() == Byte.SIZE ? Formats.I32 : Formats.I16);
  }

  /** A matrix that a file has as {@code NAME.packed} and {@code NAME.meta}; nothing where these are something else. */
  static Optional<PartedTensor> in(String name, Map<String, FileTensor> tensors, FileFault fault) {
    if (!(tensors.get(name + "." + PACKED) instanceof StoredTensor packed)
        || !(tensors.get(name + "." + META) instanceof StoredTensor meta) || packed.type().rank() != 2) {
      return Optional.empty();
    }
    int[] extents = packed.type().shape().extents();
    int columns = Math.multiplyExact(2, extents[1]);
    try {
      NumberFormat format = packed.type().format();
      CutlassMetadata metadata =
          new CutlassMetadata(extents[0], columns / CutlassMetadata.pattern(format).size(), format);
      TensorType type = TensorType.of(Shape.of(extents[0], columns), format).withSparse(layout(format));
      if (!meta.type().equals(metaType(packed.type(), metadata))) {
        return Optional.empty();
      }
      TensorType words = type.parts().stream().filter(part -> part.name().equals(StoredArray.METADATA)).findFirst()
          .orElseThrow().type();
      FileTensor stored = new StoredTensor(
          meta.name(), words, ElementOrder.MEMORY, () -> words(metadata, meta.load(), words));
      return Optional.of(new PartedTensor(
          fault, name, type, ImmutableMap.of(StoredArray.ELEMENTS, packed, StoredArray.METADATA, stored)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static MemorySegment words(CutlassMetadata metadata, HostTensor meta, TensorType words) {
    MemorySegment bytes = meta.data();
    boolean isShort = meta.type().format().storageBits() == Short.SIZE;
    long[] elements = new long[Math.toIntExact(meta.type().shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = isShort
          ? Short.toUnsignedLong(bytes.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i))
          : Integer.toUnsignedLong(bytes.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i));
    }
    return HostTensor.encode(Tensor.of(words, metadata.words(metadata.restore(elements)))).data();
  }
}
