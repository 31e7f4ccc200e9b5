package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.get;
import static nibble.emulator.lane.Lanes.has;
import static nibble.emulator.lane.Lanes.put;
import static nibble.emulator.lane.Lanes.signed;
import static nibble.emulator.lane.Lanes.unsigned;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** 64-bit integer arithmetic. */
public final class LongArithmetic {
  private LongArithmetic() {}

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).add(get(q, b + l)));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).sub(get(q, b + l)));
    }
  }

  /** The low half of {@code a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).mul(get(q, b + l)));
    }
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).mul(get(q, b + l)).add(get(q, c + l)));
    }
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).neg());
    }
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).abs());
    }
  }

  /** Signed minimum. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).min(get(q, b + l)));
    }
  }

  /** Signed maximum. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).max(get(q, b + l)));
    }
  }

  /** Unsigned minimum. */
  public static void minimumUnsigned(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).lanewise(VectorOperators.UMIN, get(q, b + l)));
    }
  }

  /** Unsigned maximum. */
  public static void maximumUnsigned(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).lanewise(VectorOperators.UMAX, get(q, b + l)));
    }
  }

  /** {@code d = a & b}. */
  public static void and(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).and(get(q, b + l)));
    }
  }

  /** {@code d = a | b}. */
  public static void or(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).or(get(q, b + l)));
    }
  }

  /** {@code d = a ^ b}. */
  public static void xor(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).lanewise(VectorOperators.XOR, get(q, b + l)));
    }
  }

  /** {@code d = ~a}. */
  public static void not(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      put(q, d + l, m >> l, get(q, a + l).not());
    }
  }

  /** {@code d = a << b} with a 32-bit count; a shift by 64 or more gives 0. */
  public static void shiftLeft(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector by = unsigned(w.words, b + l);
      LongVector shifted = get(q, a + l).lanewise(VectorOperators.LSHL, by);
      put(q, d + l, m >> l, shifted.blend(0, by.compare(VectorOperators.GT, 63)));
    }
  }

  /** {@code d = a >>> b} with a 32-bit count; a shift by 64 or more gives 0. */
  public static void shiftRight(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector by = unsigned(w.words, b + l);
      LongVector shifted = get(q, a + l).lanewise(VectorOperators.LSHR, by);
      put(q, d + l, m >> l, shifted.blend(0, by.compare(VectorOperators.GT, 63)));
    }
  }

  /** {@code d = a >> b} with a 32-bit count; a shift by 64 or more leaves the sign. */
  public static void shiftRightSigned(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector by = unsigned(w.words, b + l).min(63);
      put(q, d + l, m >> l, get(q, a + l).lanewise(VectorOperators.ASHR, by));
    }
  }

  /** The whole product of signed 32-bit values. */
  public static void multiplyWide(Warp w, int m, int d, int a, int b) {
    for (int l = 0; l < WARP; l += LONGS) {
      put(w.longs, d + l, m >> l, signed(w.words, a + l).mul(signed(w.words, b + l)));
    }
  }

  /** The whole product of unsigned 32-bit values. */
  public static void multiplyWideUnsigned(Warp w, int m, int d, int a, int b) {
    for (int l = 0; l < WARP; l += LONGS) {
      put(w.longs, d + l, m >> l, unsigned(w.words, a + l).mul(unsigned(w.words, b + l)));
    }
  }

  /** The whole product of signed 32-bit values, plus {@code c}. */
  public static void multiplyAddWide(Warp w, int m, int d, int a, int b, int c) {
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector product = signed(w.words, a + l).mul(signed(w.words, b + l));
      put(w.longs, d + l, m >> l, product.add(get(w.longs, c + l)));
    }
  }

  /** The whole product of unsigned 32-bit values, plus {@code c}. */
  public static void multiplyAddWideUnsigned(Warp w, int m, int d, int a, int b, int c) {
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector product = unsigned(w.words, a + l).mul(unsigned(w.words, b + l));
      put(w.longs, d + l, m >> l, product.add(get(w.longs, c + l)));
    }
  }

  /** The high half of the signed product. */
  public static void multiplyHigh(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> Math.multiplyHigh(x, y));
  }

  /** The high half of the unsigned product. */
  public static void multiplyHighUnsigned(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> Math.unsignedMultiplyHigh(x, y));
  }

  /** The high half of the signed product, plus {@code c}. */
  public static void multiplyAddHigh(Warp w, int m, int d, int a, int b, int c) {
    Each.wide(w, m, d, a, b, c, (x, y, z) -> Math.multiplyHigh(x, y) + z);
  }

  /** The high half of the unsigned product, plus {@code c}. */
  public static void multiplyAddHighUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.wide(w, m, d, a, b, c, (x, y, z) -> Math.unsignedMultiplyHigh(x, y) + z);
  }

  /** Bits that are set, as a 32-bit value. */
  public static void populationCount(Warp w, int m, int d, int a) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = Long.bitCount(w.longs[a + l]);
      }
    }
  }

  /** Zero bits before the first that is set, as a 32-bit value. */
  public static void leadingZeros(Warp w, int m, int d, int a) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = Long.numberOfLeadingZeros(w.longs[a + l]);
      }
    }
  }

  /** Bits in reverse order. */
  public static void reverse(Warp w, int m, int d, int a) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = Long.reverse(w.longs[a + l]);
      }
    }
  }

  /** {@code d = c + |a - b|}, signed. */
  public static void sumOfDifference(Warp w, int m, int d, int a, int b, int c) {
    Each.wide(w, m, d, a, b, c, (x, y, z) -> z + (x < y ? y - x : x - y));
  }

  /** {@code d = c + |a - b|}, unsigned. */
  public static void sumOfDifferenceUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.wide(w, m, d, a, b, c, (x, y, z) -> z + (Long.compareUnsigned(x, y) < 0 ? y - x : x - y));
  }
}
