package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;

/**
 * Extended-precision arithmetic. The last operands of each helper say whether the carry flag goes in and whether it is
 * set; for differences the flag is the borrow.
 */
public final class CarryArithmetic {
  private CarryArithmetic() {}

  private static int carry(Warp w, int lane, int in) {
    return in != 0 && has(w.carry, lane) ? 1 : 0;
  }

  private static void setCarry(Warp w, int m, int bits, int out) {
    if (out != 0) {
      w.carry = w.carry & ~m | bits & m;
    }
  }

  /** Product of {@code a} and {@code b}, or its high half, added to {@code c}. */
  @FunctionalInterface
  private interface Product {
    int of(int a, int b);
  }

  private static void add(Warp w, int m, int d, int a, int b, int c, int in, int out, Product f) {
    int[] r = w.words;
    int carries = 0;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long sum = (f.of(r[a + l], r[b + l]) & 0xffffffffL) + (r[c + l] & 0xffffffffL) + carry(w, l, in);
        r[d + l] = (int) sum;
        carries |= (int) (sum >>> 32) << l;
      }
    }
    setCarry(w, m, carries, out);
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b, int in, int out) {
    add(w, m, d, a, a, b, in, out, (x, y) -> x);
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAddLow(Warp w, int m, int d, int a, int b, int c, int in, int out) {
    add(w, m, d, a, b, c, in, out, (x, y) -> x * y);
  }

  /** The high half of the signed product, plus {@code c}. */
  public static void multiplyAddHigh(Warp w, int m, int d, int a, int b, int c, int in, int out) {
    add(w, m, d, a, b, c, in, out, (x, y) -> (int) ((long) x * y >> 32));
  }

  /** The high half of the unsigned product, plus {@code c}. */
  public static void multiplyAddHighUnsigned(Warp w, int m, int d, int a, int b, int c, int in, int out) {
    add(w, m, d, a, b, c, in, out, (x, y) -> (int) ((x & 0xffffffffL) * (y & 0xffffffffL) >>> 32));
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b, int in, int out) {
    int[] r = w.words;
    int borrows = 0;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long difference = (r[a + l] & 0xffffffffL) - (r[b + l] & 0xffffffffL) - carry(w, l, in);
        r[d + l] = (int) difference;
        borrows |= (int) (difference >>> 63) << l;
      }
    }
    setCarry(w, m, borrows, out);
  }

  @FunctionalInterface
  private interface WideProduct {
    long of(long a, long b);
  }

  private static void addWide(Warp w, int m, int d, int a, int b, int c, int in, int out, WideProduct f) {
    long[] q = w.longs;
    int carries = 0;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long x = f.of(q[a + l], q[b + l]);
        int carry = carry(w, l, in);
        long sum = x + q[c + l] + carry;
        int order = Long.compareUnsigned(sum, x);
        carries |= order < 0 || order == 0 && carry != 0 ? 1 << l : 0;
        q[d + l] = sum;
      }
    }
    setCarry(w, m, carries, out);
  }

  /** {@code d = a + b}. */
  public static void addWide(Warp w, int m, int d, int a, int b, int in, int out) {
    addWide(w, m, d, a, a, b, in, out, (x, y) -> x);
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAddLowWide(Warp w, int m, int d, int a, int b, int c, int in, int out) {
    addWide(w, m, d, a, b, c, in, out, (x, y) -> x * y);
  }

  /** The high half of the unsigned product, plus {@code c}. */
  public static void multiplyAddHighWideUnsigned(
      Warp w, int m, int d, int a, int b, int c, int in, int out) {
    addWide(w, m, d, a, b, c, in, out, Math::unsignedMultiplyHigh);
  }

  /** {@code d = a - b}. */
  public static void subtractWide(Warp w, int m, int d, int a, int b, int in, int out) {
    long[] q = w.longs;
    int borrows = 0;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int borrow = carry(w, l, in);
        int order = Long.compareUnsigned(q[a + l], q[b + l]);
        borrows |= order < 0 || order == 0 && borrow != 0 ? 1 << l : 0;
        q[d + l] = q[a + l] - q[b + l] - borrow;
      }
    }
    setCarry(w, m, borrows, out);
  }
}
