package nibble.emulator.operation;

import nibble.emulator.execute.Warp;
import nibble.emulator.format.Exact;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/**
 * Single-precision arithmetic with any rounding, flushing and saturation, from exact intermediate results. The last
 * operands of each helper are the choices of {@code rounding}, {@code ftz} and, where there is one, {@code sat}.
 */
public final class RoundedFloats {
  private RoundedFloats() {}

  private static double operand(int bits, boolean flushes) {
    return Floats.value(Floats.flush(bits, flushes));
  }

  private static int result(double exact, int rounding, boolean flushes, boolean saturates) {
    int bits = FloatFormat.F32.encode(exact, Rounding.numbered(rounding), false);
    int flushed = Floats.flush(bits, flushes);
    return saturates ? Floats.bits(Floats.saturate(Floats.value(flushed))) : flushed;
  }

  /** A sum that cancels is +0, but -0 where one rounds down. */
  private static double sum(double x, double y, int rounding) {
    double sum = Exact.sum(x, y);
    boolean cancels = sum == 0 && (x != 0 || Double.compare(x, y) != 0);
    return cancels && Rounding.numbered(rounding) == Rounding.DOWN ? -0.0 : sum;
  }

  static int add(int x, int y, int rounding, boolean flushes, boolean saturates) {
    return result(sum(operand(x, flushes), operand(y, flushes), rounding), rounding, flushes, saturates);
  }

  static int multiply(int x, int y, int rounding, boolean flushes, boolean saturates) {
    return result(operand(x, flushes) * operand(y, flushes), rounding, flushes, saturates);
  }

  static int multiplyAdd(int x, int y, int z, int rounding, boolean flushes, boolean saturates) {
    double exact = sum(operand(x, flushes) * operand(y, flushes), operand(z, flushes), rounding);
    return result(exact, rounding, flushes, saturates);
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b, int rounding, int ftz, int sat) {
    Each.word(w, m, d, a, b, (x, y) -> add(x, y, rounding, ftz != 0, sat != 0));
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b, int rounding, int ftz, int sat) {
    boolean flushes = ftz != 0;
    Each.word(
        w, m, d, a, b,
        (x, y) -> result(sum(operand(x, flushes), -operand(y, flushes), rounding), rounding, flushes, sat != 0));
  }

  /** {@code d = a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b, int rounding, int ftz, int sat) {
    Each.word(w, m, d, a, b, (x, y) -> multiply(x, y, rounding, ftz != 0, sat != 0));
  }

  /** {@code d = a * b + c}. */
  public static void multiplyAdd(
      Warp w, int m, int d, int a, int b, int c, int rounding, int ftz, int sat) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> multiplyAdd(x, y, z, rounding, ftz != 0, sat != 0));
  }

  /** {@code d = a / b}. */
  public static void divide(Warp w, int m, int d, int a, int b, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.word(
        w, m, d, a, b,
        (x, y) -> result(Exact.quotient(operand(x, flushes), operand(y, flushes)), rounding, flushes, false));
  }

  /** {@code d = 1 / a}. */
  public static void reciprocal(Warp w, int m, int d, int a, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.word(w, m, d, a, x -> result(Exact.quotient(1, operand(x, flushes)), rounding, flushes, false));
  }

  /** The square root of {@code a}. */
  public static void squareRoot(Warp w, int m, int d, int a, int rounding, int ftz) {
    boolean flushes = ftz != 0;
    Each.word(w, m, d, a, x -> result(Exact.squareRoot(operand(x, flushes)), rounding, flushes, false));
  }

  /** The lesser; see {@link #extreme}. */
  public static void minimum(Warp w, int m, int d, int a, int b, int ftz, int nan, int xorsign) {
    Each.word(w, m, d, a, b, (x, y) -> extreme(x, y, ftz, nan, xorsign, false));
  }

  /** The greater; see {@link #extreme}. */
  public static void maximum(Warp w, int m, int d, int a, int b, int ftz, int nan, int xorsign) {
    Each.word(w, m, d, a, b, (x, y) -> extreme(x, y, ftz, nan, xorsign, true));
  }

  /** The least of three; {@code magnitude} whether their signs are dropped. */
  public static void minimumOfThree(Warp w, int m, int d, int a, int b, int c, int ftz, int nan, int magnitude) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> extreme(x, y, z, ftz, nan, magnitude, false));
  }

  /** The greatest of three; {@code magnitude} whether their signs are dropped. */
  public static void maximumOfThree(Warp w, int m, int d, int a, int b, int c, int ftz, int nan, int magnitude) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> extreme(x, y, z, ftz, nan, magnitude, true));
  }

  private static int extreme(int x, int y, int z, int ftz, int nan, int magnitude, boolean greatest) {
    int keep = magnitude != 0 ? 0x7fffffff : -1;
    return extreme(extreme(x & keep, y & keep, ftz, nan, 0, greatest), z & keep, ftz, nan, 0, greatest);
  }

  /**
   * The lesser or greater of two numbers.
   *
   * @param nan whether NaN wins over numbers
   * @param xorsign whether magnitudes are compared, and the result's sign is the product of the operands'
   */
  static int extreme(int a, int b, int ftz, int nan, int xorsign, boolean greatest) {
    int sign = xorsign != 0 ? (a ^ b) & 0x80000000 : 0;
    int keep = xorsign != 0 ? 0x7fffffff : -1;
    int x = Floats.flush(a, ftz != 0) & keep;
    int y = Floats.flush(b, ftz != 0) & keep;
    float p = Floats.value(x);
    float q = Floats.value(y);
    if (Float.isNaN(p) || Float.isNaN(q)) {
      boolean isNan = Float.isNaN(p) && Float.isNaN(q) || nan != 0;
      return isNan ? Floats.NAN : (Float.isNaN(p) ? y : x) | sign;
    }
    return (Float.compare(p, q) > 0 == greatest ? x : y) | sign;
  }
}
