package nibble.codegen.target;

import java.util.Locale;

/** A family of instructions that not every target has. */
public enum Feature {
  /** Copies from global to shared memory past the registers. */
  CP_ASYNC,
  /** Loads of 8x8 matrices of 16-byte rows. */
  LDMATRIX,
  /** Stores of the same. */
  STMATRIX,
  /** {@code ldmatrix} that transposes bytes or expands 4 and 6-bit elements. */
  LDMATRIX_B8,
  MMA_F16,
  MMA_TF32,
  MMA_INT8,
  MMA_INT4,
  MMA_FP8,
  MMA_FP6_FP4,
  /** Products with block scales, {@code kind::mxf8f6f4}, {@code kind::mxf4} and {@code kind::mxf4nvf4}. */
  MMA_BLOCK_SCALE,
  /** {@code mma.sp} with 2:4 sparse A. */
  MMA_SPARSE,
  CONVERT_FP8,
  CONVERT_FP6_FP4,
  /** {@code add}, {@code sub} and {@code mul} of bf16x2; elsewhere {@code fma} does. */
  BF16_ARITHMETIC,
  /** Arithmetic on pairs of f32. */
  PACKED_F32,
  /** Bulk and tensor copies that complete on an {@code mbarrier}. */
  TMA,
  /** Blocks of a cluster that reach each other's shared memory. */
  CLUSTERS,
  WGMMA,
  TCGEN05;

  /** How a target has a feature. */
  public enum Support {
    /** Not at all: the assembler refuses it. */
    NONE,
    /** The assembler replaces it by sequences of other instructions. */
    EMULATED,
    NATIVE
  }

  /** The name in the table of targets. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
