package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** 32-bit integer arithmetic. */
public final class IntegerArithmetic {
  private IntegerArithmetic() {}

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.add(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.sub(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The low half of {@code a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.mul(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector z = IntVector.fromArray(WORD, r, c + l);
      x.mul(y).add(z).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.neg().intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.abs().intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Signed minimum. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.min(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Signed maximum. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.max(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Unsigned minimum. */
  public static void minimumUnsigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.lanewise(VectorOperators.UMIN, y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Unsigned maximum. */
  public static void maximumUnsigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.lanewise(VectorOperators.UMAX, y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a & b}. */
  public static void and(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.and(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a | b}. */
  public static void or(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.or(y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a ^ b}. */
  public static void xor(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.lanewise(VectorOperators.XOR, y).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = ~a}. */
  public static void not(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.not().intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Bits that are set. */
  public static void populationCount(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.lanewise(VectorOperators.BIT_COUNT).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Zero bits before the first that is set. */
  public static void leadingZeros(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.lanewise(VectorOperators.LEADING_ZEROS_COUNT).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** Bits in reverse order. */
  public static void reverse(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.lanewise(VectorOperators.REVERSE).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a << b}; a shift by 32 or more gives 0. */
  public static void shiftLeft(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.lanewise(VectorOperators.LSHL, y).blend(0, y.compare(VectorOperators.UGT, 31))
          .intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a >>> b}; a shift by 32 or more gives 0. */
  public static void shiftRight(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.lanewise(VectorOperators.LSHR, y).blend(0, y.compare(VectorOperators.UGT, 31))
          .intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a >> b}; a shift by 32 or more leaves the sign. */
  public static void shiftRightSigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x.lanewise(VectorOperators.ASHR, y.lanewise(VectorOperators.UMIN, 31))
          .intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The high half of the signed product. */
  public static void multiplyHigh(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> (int) ((long) x * y >> 32));
  }

  /** The high half of the unsigned product. */
  public static void multiplyHighUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> highUnsigned(x, y));
  }

  private static int highUnsigned(int a, int b) {
    return (int) ((a & 0xffffffffL) * (b & 0xffffffffL) >>> 32);
  }

  /** The high half of the signed product, plus {@code c}. */
  public static void multiplyAddHigh(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (int) ((long) x * y >> 32) + z);
  }

  /** The high half of the unsigned product, plus {@code c}. */
  public static void multiplyAddHighUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> highUnsigned(x, y) + z);
  }

  /** Signed sum, saturated. */
  public static void addSaturated(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> saturate((long) x + y));
  }

  /** Signed difference, saturated. */
  public static void subtractSaturated(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> saturate((long) x - y));
  }

  /** The high half of the signed product plus {@code c}, saturated. */
  public static void multiplyAddHighSaturated(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> saturate(((long) x * y >> 32) + z));
  }

  private static int saturate(long value) {
    return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /** Bits 31 to 0 of the product of the low 24 bits, signed, plus {@code c}. */
  public static void multiplyAdd24(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (int) product24(x, y) + z);
  }

  /** Bits 47 to 16 of the product of the low 24 bits, signed, plus {@code c}. */
  public static void multiplyAdd24High(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (int) (product24(x, y) >> 16) + z);
  }

  private static long product24(int a, int b) {
    return (long) (a << 8 >> 8) * (b << 8 >> 8);
  }

  /** Bits 31 to 0 of the product of the low 24 bits, unsigned, plus {@code c}. */
  public static void multiplyAdd24Unsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (int) product24Unsigned(x, y) + z);
  }

  /** Bits 47 to 16 of the product of the low 24 bits, unsigned, plus {@code c}. */
  public static void multiplyAdd24HighUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> (int) (product24Unsigned(x, y) >>> 16) + z);
  }

  private static long product24Unsigned(int a, int b) {
    return (a & 0xffffffL) * (b & 0xffffffL);
  }

  /** {@code d = c + |a - b|}, signed. */
  public static void sumOfDifference(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> z + (int) Math.abs((long) x - y));
  }

  /** {@code d = c + |a - b|}, unsigned. */
  public static void sumOfDifferenceUnsigned(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> z + (int) Math.abs((x & 0xffffffffL) - (y & 0xffffffffL)));
  }

  /** Signed minimum, and zero rather than a negative number. */
  public static void minimumPositive(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> Math.max(0, Math.min(x, y)));
  }

  /** Signed maximum, and zero rather than a negative number. */
  public static void maximumPositive(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> Math.max(0, Math.max(x, y)));
  }
}
