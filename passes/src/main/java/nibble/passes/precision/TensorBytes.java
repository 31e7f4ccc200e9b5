package nibble.passes.precision;

import nibble.ir.TensorType;
import nibble.ir.shape.Dim;

/** Sizes of tensors in memory. */
final class TensorBytes {
  private TensorBytes() {}

  /** Bytes of elements and scales. */
  static Dim of(TensorType type) {
    Dim elements = type.shape().size().times(Dim.of(type.format().storageBits())).ceilDiv(Byte.SIZE);
    return type.isScaled() ? elements.plus(of(type.scaleType())) : elements;
  }
}
