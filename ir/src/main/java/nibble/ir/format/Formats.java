package nibble.ir.format;

import com.google.common.collect.ImmutableList;
import nibble.ir.format.FloatFormat.Special;

/** The built-in formats. Float parameters: "OCP 8-bit Floating Point Specification" and "OCP Microscaling Formats". */
public final class Formats {
  public static final FloatFormat F64 =
      new FloatFormat("f64", 11, 52, 1023, Special.INFINITY_AND_NAN, "IEEE 754 binary64");
  public static final FloatFormat F32 =
      new FloatFormat("f32", 8, 23, 127, Special.INFINITY_AND_NAN, "IEEE 754 binary32");
  public static final FloatFormat TF32 = new FloatFormat(
      "tf32", 8, 10, 127, Special.INFINITY_AND_NAN,
      "TensorFloat-32: the upper 19 bits of an f32, four bytes in memory");
  public static final FloatFormat F16 =
      new FloatFormat("f16", 5, 10, 15, Special.INFINITY_AND_NAN, "IEEE 754 binary16");
  public static final FloatFormat BF16 =
      new FloatFormat("bf16", 8, 7, 127, Special.INFINITY_AND_NAN, "bfloat16: the upper half of an f32");
  public static final FloatFormat E4M3 =
      new FloatFormat("e4m3", 4, 3, 7, Special.NAN_ONLY, "FP8 E4M3 (FN), max 448, saturating");
  public static final FloatFormat E5M2 =
      new FloatFormat("e5m2", 5, 2, 15, Special.SATURATING_WITH_NAN_EXPONENT, "FP8 E5M2, max 57344, saturating");
  public static final FloatFormat E2M3 =
      new FloatFormat("e2m3", 2, 3, 1, Special.FINITE_ONLY, "FP6 E2M3, max 7.5");
  public static final FloatFormat E3M2 =
      new FloatFormat("e3m2", 3, 2, 3, Special.FINITE_ONLY, "FP6 E3M2, max 28");
  public static final FloatFormat E2M1 =
      new FloatFormat("e2m1", 2, 1, 1, Special.FINITE_ONLY, "FP4 E2M1: 0, 0.5, 1, 1.5, 2, 3, 4, 6");
  public static final FixedPointFormat MXINT8 =
      new FixedPointFormat("mxint8", 8, 6, "signed 8-bit fixed point in 64ths, the MXINT8 element: -2 to 1.984375");
  public static final FloatFormat UE4M3 =
      new FloatFormat("ue4m3", false, 4, 3, 7, Special.NAN_ONLY, "E4M3 without a sign, for scales, saturating");
  public static final ExponentFormat UE8M0 =
      new ExponentFormat("ue8m0", 8, 127, "a power of two, for scales: 2^-127 to 2^127, and NaN; no zero");
  public static final IntegerFormat I2 = new IntegerFormat("i2", 2, true, "signed 2-bit integer");
  public static final IntegerFormat U2 = new IntegerFormat("u2", 2, false, "unsigned 2-bit integer");
  public static final IntegerFormat U4 = new IntegerFormat("u4", 4, false, "unsigned 4-bit integer");
  public static final IntegerFormat I4 = new IntegerFormat("i4", 4, true, "signed 4-bit integer");
  public static final IntegerFormat I8 = new IntegerFormat("i8", 8, true, "signed 8-bit integer");
  public static final IntegerFormat U8 = new IntegerFormat("u8", 8, false, "unsigned 8-bit integer");
  public static final IntegerFormat I16 = new IntegerFormat("i16", 16, true, "signed 16-bit integer");
  public static final IntegerFormat I32 = new IntegerFormat("i32", 32, true, "signed 32-bit integer");
  public static final IntegerFormat I64 =
      new IntegerFormat("i64", 64, true, "signed 64-bit integer; values beyond 2^53 are not represented exactly");
  public static final IntegerFormat BOOL =
      new IntegerFormat("bool", 1, false, "truth value; one byte each in memory");

  private Formats() {}

  public static ImmutableList<NumberFormat> all() {
    return ImmutableList.of(
        F64, F32, TF32, F16, BF16, E4M3, E5M2, E2M3, E3M2, E2M1, MXINT8, I64, I32, I16, I8, U8, I4, U4, I2, U2, BOOL,
        UE8M0, UE4M3);
  }
}
