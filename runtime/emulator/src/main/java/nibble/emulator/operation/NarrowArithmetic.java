package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/** 16-bit integer arithmetic. Registers of 16 bits hold their values zero-extended. */
public final class NarrowArithmetic {
  private static final int MASK = 0xffff;

  private NarrowArithmetic() {}

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> x + y & MASK);
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> x - y & MASK);
  }

  /** The low half of {@code a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> x * y & MASK);
  }

  /** The high half of the signed product. */
  public static void multiplyHigh(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> (short) x * (short) y >>> 16);
  }

  /** The high half of the unsigned product. */
  public static void multiplyHighUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> x * y >>> 16);
  }

  /** The whole signed product. */
  public static void multiplyWide(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> (short) x * (short) y);
  }

  /** The whole unsigned product. */
  public static void multiplyWideUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> x * y);
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> x * y + z & MASK);
  }

  /** The high half of the signed product, plus {@code c}. */
  public static void multiplyAddHigh(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> ((short) x * (short) y >> 16) + z & MASK);
  }

  /** The high half of the unsigned product, plus {@code c}. */
  public static void multiplyAddHighUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (x * y >>> 16) + z & MASK);
  }

  /** The whole signed product, plus a {@code c} of 32 bits. */
  public static void multiplyAddWide(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (short) x * (short) y + z);
  }

  /** The whole unsigned product, plus a {@code c} of 32 bits. */
  public static void multiplyAddWideUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> x * y + z);
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> -x & MASK);
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> Math.abs((short) x) & MASK);
  }

  /** {@code d = ~a}. */
  public static void not(Warp w, int m, int d, int a) {
    Each.word(w, m, d, a, x -> ~x & MASK);
  }

  /** Signed minimum. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> (short) x < (short) y ? x : y);
  }

  /** Signed maximum. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> (short) x > (short) y ? x : y);
  }

  /** {@code d = a << b}; a shift by 16 or more gives 0. */
  public static void shiftLeft(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> Integer.compareUnsigned(y, 15) > 0 ? 0 : x << y & MASK);
  }

  /** {@code d = a >>> b}; a shift by 16 or more gives 0. */
  public static void shiftRight(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> Integer.compareUnsigned(y, 15) > 0 ? 0 : x >>> y);
  }

  /** {@code d = a >> b}; a shift by 16 or more leaves the sign. */
  public static void shiftRightSigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> (short) x >> (Integer.compareUnsigned(y, 15) > 0 ? 15 : y) & MASK);
  }

  /** {@code d = c + |a - b|}, signed. */
  public static void sumOfDifference(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> z + Math.abs((short) x - (short) y) & MASK);
  }

  /** {@code d = c + |a - b|}, unsigned. */
  public static void sumOfDifferenceUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> z + Math.abs(x - y) & MASK);
  }
}
