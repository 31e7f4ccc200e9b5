package nibble.passes.precision;

import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.shape.Dim;

/** Sizes of tensors in memory. */
public final class TensorBytes {
  private TensorBytes() {}

  /** Bytes of all parts, as if all elements were stored. */
  public static Dim of(TensorType type) {
    return compressed(type.dense());
  }

  /** Bytes of all parts; of a sparse type those of what is stored. */
  static Dim compressed(TensorType type) {
    Dim bytes = Dim.ZERO;
    for (TensorPart part : type.parts()) {
      Dim bits = part.type().shape().size().times(Dim.of(part.type().format().storageBits()));
      bytes = bytes.plus(bits.ceilDiv(Byte.SIZE));
    }
    return bytes;
  }
}
