package nibble.codegen.kernel;

import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** The format in which kernels compute with elements of a format: f32, i32 or truth values. */
final class ComputeFormat {
  private ComputeFormat() {}

  static NumberFormat of(NumberFormat format) {
    if (format.equals(Formats.F64)) {
      throw new UnsupportedAccess("kernels compute in f32; there is none for f64");
    }
    if (format.equals(Formats.BOOL)) {
      return Formats.BOOL;
    }
    return format.isInteger() ? Formats.I32 : Formats.F32;
  }
}
