package nibble.codegen.lower;

import nibble.codegen.ptx.RegisterType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** What registers hold single elements of a format. */
final class ElementRegisters {
  private ElementRegisters() {}

  static RegisterType of(NumberFormat format) {
    if (format.equals(Formats.BOOL)) {
      return RegisterType.PRED;
    }
    if (format.equals(Formats.F32) || format.equals(Formats.TF32)) {
      return RegisterType.F32;
    }
    if (format.equals(Formats.F16) || format.equals(Formats.BF16)) {
      return RegisterType.B16;
    }
    return format.bits() == Long.SIZE ? RegisterType.B64 : RegisterType.B32;
  }
}
