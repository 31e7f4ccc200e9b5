package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/**
 * Single-precision arithmetic on pairs in registers of 64 bits. The last operands of each helper are the choices of
 * {@code rounding} and {@code ftz}.
 */
public final class FloatPairs {
  private static final long LOW = 0xffffffffL;
  private static final int SIGN = 1 << 31;

  private FloatPairs() {}

  private static int high(long pair) {
    return (int) (pair >>> 32);
  }

  private static long pair(int high, int low) {
    return (long) high << 32 | low & LOW;
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.wide(
        w, m, d, a, b,
        (x, y) ->
            pair(
                RoundedFloats.add(high(x), high(y), rounding, flushes, false),
                RoundedFloats.add((int) x, (int) y, rounding, flushes, false)));
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.wide(
        w, m, d, a, b,
        (x, y) ->
            pair(
                RoundedFloats.add(high(x), high(y) ^ SIGN, rounding, flushes, false),
                RoundedFloats.add((int) x, (int) y ^ SIGN, rounding, flushes, false)));
  }

  /** {@code d = a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.wide(
        w, m, d, a, b,
        (x, y) ->
            pair(
                RoundedFloats.multiply(high(x), high(y), rounding, flushes, false),
                RoundedFloats.multiply((int) x, (int) y, rounding, flushes, false)));
  }

  /** {@code d = a * b + c}, rounded once. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.wide(
        w, m, d, a, b, c,
        (x, y, z) ->
            pair(
                RoundedFloats.multiplyAdd(high(x), high(y), high(z), rounding, flushes, false),
                RoundedFloats.multiplyAdd((int) x, (int) y, (int) z, rounding, flushes, false)));
  }
}
