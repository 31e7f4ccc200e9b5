package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.HALF;
import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** 64-bit integer arithmetic. */
public final class LongArithmetic {
  private LongArithmetic() {}

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.add(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.sub(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The low half of {@code a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.mul(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      LongVector z = LongVector.fromArray(LONG, q, c + l);
      x.mul(y).add(z).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      x.neg().intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      x.abs().intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** Signed minimum. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.min(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** Signed maximum. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.max(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** Unsigned minimum. */
  public static void minimumUnsigned(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.lanewise(VectorOperators.UMIN, y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** Unsigned maximum. */
  public static void maximumUnsigned(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.lanewise(VectorOperators.UMAX, y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a & b}. */
  public static void and(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.and(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a | b}. */
  public static void or(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.or(y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a ^ b}. */
  public static void xor(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      x.lanewise(VectorOperators.XOR, y).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = ~a}. */
  public static void not(Warp w, int m, int d, int a) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      x.not().intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a << b} with a 32-bit count; a shift by 64 or more gives 0. */
  public static void shiftLeft(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector by =
          (LongVector) IntVector.fromArray(HALF, w.words, b + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      x.lanewise(VectorOperators.LSHL, by).blend(0, by.compare(VectorOperators.GT, 63))
          .intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a >>> b} with a 32-bit count; a shift by 64 or more gives 0. */
  public static void shiftRight(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector by =
          (LongVector) IntVector.fromArray(HALF, w.words, b + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      x.lanewise(VectorOperators.LSHR, by).blend(0, by.compare(VectorOperators.GT, 63))
          .intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = a >> b} with a 32-bit count; a shift by 64 or more leaves the sign. */
  public static void shiftRightSigned(Warp w, int m, int d, int a, int b) {
    long[] q = w.longs;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector by =
          (LongVector) IntVector.fromArray(HALF, w.words, b + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      x.lanewise(VectorOperators.ASHR, by.min(63)).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The whole product of signed 32-bit values. */
  public static void multiplyWide(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = (LongVector) IntVector.fromArray(HALF, r, a + l).convertShape(VectorOperators.I2L, LONG, 0);
      LongVector y = (LongVector) IntVector.fromArray(HALF, r, b + l).convertShape(VectorOperators.I2L, LONG, 0);
      x.mul(y).intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The whole product of unsigned 32-bit values. */
  public static void multiplyWideUnsigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x =
          (LongVector) IntVector.fromArray(HALF, r, a + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      LongVector y =
          (LongVector) IntVector.fromArray(HALF, r, b + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      x.mul(y).intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The whole product of signed 32-bit values, plus {@code c}. */
  public static void multiplyAddWide(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = (LongVector) IntVector.fromArray(HALF, r, a + l).convertShape(VectorOperators.I2L, LONG, 0);
      LongVector y = (LongVector) IntVector.fromArray(HALF, r, b + l).convertShape(VectorOperators.I2L, LONG, 0);
      x.mul(y).add(LongVector.fromArray(LONG, w.longs, c + l))
          .intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** The whole product of unsigned 32-bit values, plus {@code c}. */
  public static void multiplyAddWideUnsigned(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x =
          (LongVector) IntVector.fromArray(HALF, r, a + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      LongVector y =
          (LongVector) IntVector.fromArray(HALF, r, b + l).convertShape(VectorOperators.ZERO_EXTEND_I2L, LONG, 0);
      x.mul(y).add(LongVector.fromArray(LONG, w.longs, c + l))
          .intoArray(w.longs, d + l, VectorMask.fromLong(LONG, m >> l));
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
