package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** The format in which kernels compute with elements of a format: f32, i32 or truth values. */
public final class ComputeFormat {
  private static final ImmutableMap<NumberFormat, NumberFormat> TABLE =
      ImmutableMap.<NumberFormat, NumberFormat>builder()
          .put(Formats.F32, Formats.F32)
          .put(Formats.TF32, Formats.F32)
          .put(Formats.F16, Formats.F32)
          .put(Formats.BF16, Formats.F32)
          .put(Formats.UE8M0, Formats.F32)
          .put(Formats.UE4M3, Formats.F32)
          .put(Formats.I32, Formats.I32)
          .put(Formats.I16, Formats.I32)
          .put(Formats.I8, Formats.I32)
          .put(Formats.U8, Formats.I32)
          .put(Formats.BOOL, Formats.BOOL)
          .buildOrThrow();

  /**
   * Floating-point codes of up to a byte, which kernels turn into f32 or f16 where they read them. They need scales.
   */
  public static final ImmutableList<NumberFormat> FLOAT_CODES =
      ImmutableList.of(Formats.E4M3, Formats.E5M2, Formats.E2M3, Formats.E3M2, Formats.E2M1);

  /** Integer codes of which several share a byte, which kernels turn into i8, f32 or f16. They need scales. */
  public static final ImmutableList<NumberFormat> PACKED_INTEGERS =
      ImmutableList.of(Formats.I4, Formats.U4, Formats.I2, Formats.U2);

  private ComputeFormat() {}

  /**
   * Whether elements of that format are codes alone: kernels read and write them, and compute with what they stand for.
   */
  public static boolean isCode(NumberFormat format) {
    return FLOAT_CODES.contains(format) || PACKED_INTEGERS.contains(format) || isLookedUp(format);
  }

  /** Whether codes of that format have no arithmetic of their own, so that kernels look up what they stand for. */
  static boolean isLookedUp(NumberFormat format) {
    return format.isFloat() && !format.isForScales() && format.bits() <= Byte.SIZE && !FLOAT_CODES.contains(format);
  }

  /**
   * The format to compute in.
   *
   * @throws UnsupportedAccess where kernels have no instructions for elements of that format
   */
  public static NumberFormat of(NumberFormat format) {
    NumberFormat compute = TABLE.get(format);
    if (compute == null) {
      String known = String.join(", ", TABLE.keySet().stream().map(NumberFormat::name).toList());
      throw new UnsupportedAccess("kernels do not compute with " + format.name() + " yet, but with " + known);
    }
    return compute;
  }

  /** Of what is read from memory, where i64 may stand as well: kernels read integers of 64 bits as i32, saturated. */
  static NumberFormat ofMemory(NumberFormat format) {
    return format.equals(Formats.I64) ? Formats.I32 : of(format);
  }
}
