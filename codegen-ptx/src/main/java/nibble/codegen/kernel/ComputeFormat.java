package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** The format in which kernels compute with elements of a format: f32, i32 or truth values. */
final class ComputeFormat {
  /** Formats that there are instructions for to bring elements to registers and back. */
  static final ImmutableList<NumberFormat> IN_MEMORY = ImmutableList.of(
      Formats.F32, Formats.F16, Formats.BF16, Formats.I64, Formats.I32, Formats.I16, Formats.I8, Formats.U8, Formats.BOOL);

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
