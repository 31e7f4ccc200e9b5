package nibble.codegen.target;

import java.util.Locale;

/** What multiplies and adds: operands, then the accumulator where both 16 and 32 bits are possible. */
public enum TensorRate {
  F16_F16,
  /** f16 or bf16, accumulated in f32. */
  F16_F32,
  TF32,
  FP8_F16,
  FP8_F32,
  FP6,
  FP4,
  INT8,
  INT4,
  B1,
  F64,
  /** The general-purpose units. */
  FMA_F32;

  /** The name in the table of targets. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
