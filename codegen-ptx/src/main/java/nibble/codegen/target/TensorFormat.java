package nibble.codegen.target;

import java.util.Locale;

/** The floating-point operands of tensor cores whose sums round. Integer products are exact, modulo 2^32. */
public enum TensorFormat {
  F16,
  BF16,
  TF32,
  /** e4m3 and e5m2. */
  FP8,
  /** e2m1 with scales of groups. */
  FP4,
  /** e4m3 and e5m2 where warpgroups multiply them. */
  FP8_WGMMA;

  /** The name in the table of targets. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
