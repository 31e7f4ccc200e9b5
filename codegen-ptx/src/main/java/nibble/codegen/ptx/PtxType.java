package nibble.codegen.ptx;

import java.util.Locale;

/** The types that instructions name, and the registers that hold their values. */
public enum PtxType {
  B8(RegisterType.B32),
  U8(RegisterType.B32),
  S8(RegisterType.B32),
  B16(RegisterType.B16),
  U16(RegisterType.B16),
  S16(RegisterType.B16),
  F16(RegisterType.B16),
  BF16(RegisterType.B16),
  B32(RegisterType.B32),
  U32(RegisterType.B32),
  S32(RegisterType.B32),
  F16X2(RegisterType.B32),
  BF16X2(RegisterType.B32),
  F32(RegisterType.F32),
  B64(RegisterType.B64),
  U64(RegisterType.B64),
  S64(RegisterType.B64),
  F32X2(RegisterType.B64),
  F64(RegisterType.F64);

  private final RegisterType registerType;
  private final String keyword = name().toLowerCase(Locale.ROOT);

  PtxType(RegisterType registerType) {
    this.registerType = registerType;
  }

  /** As in instructions: {@code s32}. */
  public String keyword() {
    return keyword;
  }

  public RegisterType registerType() {
    return registerType;
  }

  /** Whether arithmetic of this type rounds. */
  public boolean isFloat() {
    return switch (this) {
      case F16, BF16, F16X2, BF16X2, F32, F32X2, F64 -> true;
      case B8, U8, S8, B16, U16, S16, B32, U32, S32, B64, U64, S64 -> false;
    };
  }
}
