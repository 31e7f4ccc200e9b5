package nibble.emulator.tma;

import nibble.emulator.model.PtxType;

/**
 * What a tensor in global memory consists of. The numbers are those of {@code tensormap.replace.elemtype}, and of the
 * driver's CUtensorMapDataType.
 */
public enum TensorElement {
  U8(1, PtxType.U8),
  U16(2, PtxType.U16),
  U32(4, PtxType.U32),
  S32(4, PtxType.S32),
  U64(8, PtxType.U64),
  S64(8, PtxType.S64),
  F16(2, PtxType.F16),
  F32(4, PtxType.F32),
  /** f32 whose subnormal numbers become zero when they are copied. */
  F32_FTZ(4, PtxType.F32),
  F64(8, PtxType.F64),
  BF16(2, PtxType.BF16),
  /** Copied as the 32 bits that it is stored in. */
  TF32(4, PtxType.F32),
  /** {@link #TF32} whose subnormal numbers become zero when they are copied. */
  TF32_FTZ(4, PtxType.F32),
  /** 16 elements of four bits, packed; extents count single elements. */
  U4X16(8, PtxType.B64);

  private final int bytes;
  private final PtxType type;

  TensorElement(int bytes, PtxType type) {
    this.bytes = bytes;
    this.type = type;
  }

  /** Bytes of what is copied as one. */
  public int bytes() {
    return bytes;
  }

  /** Elements in that. */
  public int count() {
    return this == U4X16 ? 16 : 1;
  }

  /** As what reductions treat it. */
  public PtxType type() {
    return type;
  }

  /** Whether it is a floating-point number, so that there is a NaN to fill with. */
  public boolean isFloat() {
    return type.kind() == PtxType.Kind.FLOAT;
  }

  /** Whether subnormal numbers become zero. */
  public boolean isFlushed() {
    return this == F32_FTZ || this == TF32_FTZ;
  }
}
