package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.get;
import static nibble.emulator.lane.Lanes.has;
import static nibble.emulator.lane.Lanes.put;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** 32-bit integer arithmetic that vectors do in one or a few instructions. */
public final class IntegerArithmetic {
  private IntegerArithmetic() {}

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).add(get(r, b + l)));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).sub(get(r, b + l)));
    }
  }

  /** The low half of {@code a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).mul(get(r, b + l)));
    }
  }

  /** The low half of {@code a * b + c}. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).mul(get(r, b + l)).add(get(r, c + l)));
    }
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).neg());
    }
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).abs());
    }
  }

  /** Signed minimum. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).min(get(r, b + l)));
    }
  }

  /** Signed maximum. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).max(get(r, b + l)));
    }
  }

  /** Unsigned minimum. */
  public static void minimumUnsigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.UMIN, get(r, b + l)));
    }
  }

  /** Unsigned maximum. */
  public static void maximumUnsigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.UMAX, get(r, b + l)));
    }
  }

  /** {@code d = a & b}. */
  public static void and(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).and(get(r, b + l)));
    }
  }

  /** {@code d = a | b}. */
  public static void or(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).or(get(r, b + l)));
    }
  }

  /** {@code d = a ^ b}. */
  public static void xor(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.XOR, get(r, b + l)));
    }
  }

  /** {@code d = ~a}. */
  public static void not(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).not());
    }
  }

  /** Bits that are set. */
  public static void populationCount(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.BIT_COUNT));
    }
  }

  /** Zero bits before the first that is set. */
  public static void leadingZeros(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.LEADING_ZEROS_COUNT));
    }
  }

  /** Bits in reverse order. */
  public static void reverse(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.REVERSE));
    }
  }

  /** {@code d = a << b}; a shift by 32 or more gives 0. */
  public static void shiftLeft(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector by = get(r, b + l);
      IntVector shifted = get(r, a + l).lanewise(VectorOperators.LSHL, by);
      put(r, d + l, m >> l, shifted.blend(0, by.compare(VectorOperators.UGT, 31)));
    }
  }

  /** {@code d = a >>> b}; a shift by 32 or more gives 0. */
  public static void shiftRight(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector by = get(r, b + l);
      IntVector shifted = get(r, a + l).lanewise(VectorOperators.LSHR, by);
      put(r, d + l, m >> l, shifted.blend(0, by.compare(VectorOperators.UGT, 31)));
    }
  }

  /** {@code d = a >> b}; a shift by 32 or more leaves the sign. */
  public static void shiftRightSigned(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector by = get(r, b + l).lanewise(VectorOperators.UMIN, 31);
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.ASHR, by));
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
