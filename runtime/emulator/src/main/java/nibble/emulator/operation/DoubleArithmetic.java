package nibble.emulator.operation;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import nibble.emulator.execute.Warp;
import nibble.emulator.format.DirectedDoubles;
import nibble.emulator.format.Rounding;

/** Double-precision arithmetic. The last operand of most helpers is the choice of {@code rounding}. */
public final class DoubleArithmetic {
  private static final long SIGN = Long.MIN_VALUE;

  private DoubleArithmetic() {}

  private static double value(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static void apply(Warp w, int m, int d, int a, DoubleUnaryOperator f) {
    Each.wide(w, m, d, a, x -> bits(f.applyAsDouble(value(x))));
  }

  private static void apply(Warp w, int m, int d, int a, int b, DoubleBinaryOperator f) {
    Each.wide(w, m, d, a, b, (x, y) -> bits(f.applyAsDouble(value(x), value(y))));
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b, int rounding) {
    if (rounding <= 1) {
      apply(w, m, d, a, b, (x, y) -> x + y);
    } else {
      apply(w, m, d, a, b, (x, y) -> DirectedDoubles.multiplyAdd(x, 1, y, Rounding.numbered(rounding)));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b, int rounding) {
    if (rounding <= 1) {
      apply(w, m, d, a, b, (x, y) -> x - y);
    } else {
      apply(w, m, d, a, b, (x, y) -> DirectedDoubles.multiplyAdd(x, 1, -y, Rounding.numbered(rounding)));
    }
  }

  /** {@code d = a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b, int rounding) {
    if (rounding <= 1) {
      apply(w, m, d, a, b, (x, y) -> x * y);
    } else {
      apply(w, m, d, a, b, (x, y) -> DirectedDoubles.multiply(x, y, Rounding.numbered(rounding)));
    }
  }

  /** {@code d = a * b + c}, rounded once. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c, int rounding) {
    if (rounding <= 1) {
      Each.wide(w, m, d, a, b, c, (x, y, z) -> bits(Math.fma(value(x), value(y), value(z))));
    } else {
      Rounding mode = Rounding.numbered(rounding);
      Each.wide(
          w, m, d, a, b, c, (x, y, z) -> bits(DirectedDoubles.multiplyAdd(value(x), value(y), value(z), mode)));
    }
  }

  /** {@code d = a / b}. */
  public static void divide(Warp w, int m, int d, int a, int b, int rounding) {
    apply(
        w, m, d, a, b,
        rounding <= 1
            ? (x, y) -> x / y
            : (x, y) -> DirectedDoubles.divide(x, y, Rounding.numbered(rounding)));
  }

  /** {@code d = 1 / a}. */
  public static void reciprocal(Warp w, int m, int d, int a, int rounding) {
    apply(w, m, d, a, x -> DirectedDoubles.divide(1, x, Rounding.numbered(rounding)));
  }

  /** The square root of {@code a}. */
  public static void squareRoot(Warp w, int m, int d, int a, int rounding) {
    apply(w, m, d, a, x -> DirectedDoubles.squareRoot(x, Rounding.numbered(rounding)));
  }

  /** {@code 1 / a}, of which the low word is zero. */
  public static void reciprocalApproximate(Warp w, int m, int d, int a) {
    apply(w, m, d, a, x -> highWord(1 / x));
  }

  /** {@code 1 / sqrt(a)}, of which the low word is zero. */
  public static void reciprocalRootApproximate(Warp w, int m, int d, int a) {
    apply(w, m, d, a, x -> highWord(1 / Math.sqrt(x)));
  }

  private static double highWord(double value) {
    return value(bits(value) & -1L << 32);
  }

  /** The lesser; a number rather than NaN. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    apply(w, m, d, a, b, (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y));
  }

  /** The greater; a number rather than NaN. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    apply(w, m, d, a, b, (x, y) -> Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y));
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a) {
    Each.wide(w, m, d, a, x -> x & ~SIGN);
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    Each.wide(w, m, d, a, x -> x ^ SIGN);
  }

  /** {@code d} is {@code b} with the sign of {@code a}. */
  public static void copySign(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> y & ~SIGN | x & SIGN);
  }
}
