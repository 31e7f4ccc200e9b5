package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/**
 * Single-precision arithmetic with operands of 16 bits (PTX ISA 9.7.5). The last operands of each helper are the
 * choices of {@code rounding}, {@code sat} and the 16-bit format: 1 for f16, 2 for bf16.
 */
public final class MixedFloats {
  private static final int SIGN = 1 << 31;

  private MixedFloats() {}

  private static int single(int half, int format) {
    return Float.floatToRawIntBits(Halves.numbered(format).value(half));
  }

  /** {@code d = a + c}, {@code a} of 16 bits. */
  public static void add(Warp w, int m, int d, int a, int c, int rounding, int sat, int format) {
    Each.word(w, m, d, a, c, (x, z) -> RoundedFloats.add(single(x, format), z, rounding, false, sat != 0));
  }

  /** {@code d = a - c}, {@code a} of 16 bits. */
  public static void subtract(Warp w, int m, int d, int a, int c, int rounding, int sat, int format) {
    Each.word(w, m, d, a, c, (x, z) -> RoundedFloats.add(single(x, format), z ^ SIGN, rounding, false, sat != 0));
  }

  /** {@code d = a * b + c}, {@code a} and {@code b} of 16 bits, rounded once. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c, int rounding, int sat, int format) {
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) ->
            RoundedFloats.multiplyAdd(single(x, format), single(y, format), z, rounding, false, sat != 0));
  }
}
