package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.get;
import static nibble.emulator.lane.Lanes.put;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/**
 * Single-precision arithmetic, rounded to nearest even, by vectors. Results that are not a number are PTX's one NaN; names
 * that end in {@code Flushed} treat subnormal operands and results as zeros of their sign.
 */
public final class FloatArithmetic {
  private static final int EXPONENT = 0x7f800000;
  private static final int SIGN = 0x80000000;

  private FloatArithmetic() {}

  private static FloatVector value(int[] r, int at) {
    return get(r, at).reinterpretAsFloats();
  }

  private static FloatVector flushed(int[] r, int at) {
    return flush(get(r, at)).reinterpretAsFloats();
  }

  private static IntVector flush(IntVector bits) {
    VectorMask<Integer> isTiny = bits.and(EXPONENT).compare(VectorOperators.EQ, 0);
    return bits.blend(bits.and(SIGN), isTiny);
  }

  private static IntVector bits(FloatVector value) {
    VectorMask<Integer> isNan = value.test(VectorOperators.IS_NAN).cast(WORD);
    return value.reinterpretAsInts().blend(Floats.NAN, isNan);
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, bits(value(r, a + l).add(value(r, b + l))));
    }
  }

  /** {@code d = a + b}. */
  public static void addFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, flush(bits(flushed(r, a + l).add(flushed(r, b + l)))));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, bits(value(r, a + l).sub(value(r, b + l))));
    }
  }

  /** {@code d = a - b}. */
  public static void subtractFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, flush(bits(flushed(r, a + l).sub(flushed(r, b + l)))));
    }
  }

  /** {@code d = a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, bits(value(r, a + l).mul(value(r, b + l))));
    }
  }

  /** {@code d = a * b}. */
  public static void multiplyFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, flush(bits(flushed(r, a + l).mul(flushed(r, b + l)))));
    }
  }

  /** {@code d = a * b + c}, rounded once. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, bits(value(r, a + l).fma(value(r, b + l), value(r, c + l))));
    }
  }

  /** {@code d = a * b + c}, rounded once. */
  public static void multiplyAddFlushed(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      FloatVector sum = flushed(r, a + l).fma(flushed(r, b + l), flushed(r, c + l));
      put(r, d + l, m >> l, flush(bits(sum)));
    }
  }

  /** The lesser; a number rather than NaN, -0 rather than +0. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, minimum(value(r, a + l), value(r, b + l)));
    }
  }

  /** The lesser; a number rather than NaN, -0 rather than +0. */
  public static void minimumFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, minimum(flushed(r, a + l), flushed(r, b + l)));
    }
  }

  private static IntVector minimum(FloatVector x, FloatVector y) {
    FloatVector lesser = x.min(y).blend(y, x.test(VectorOperators.IS_NAN)).blend(x, y.test(VectorOperators.IS_NAN));
    return bits(lesser);
  }

  /** The greater; a number rather than NaN, +0 rather than -0. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, maximum(value(r, a + l), value(r, b + l)));
    }
  }

  /** The greater; a number rather than NaN, +0 rather than -0. */
  public static void maximumFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, maximum(flushed(r, a + l), flushed(r, b + l)));
    }
  }

  private static IntVector maximum(FloatVector x, FloatVector y) {
    FloatVector greater = x.max(y).blend(y, x.test(VectorOperators.IS_NAN)).blend(x, y.test(VectorOperators.IS_NAN));
    return bits(greater);
  }

  /** {@code d = |a|}; NaN keeps its bits, but for the sign. */
  public static void absolute(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).and(~SIGN));
    }
  }

  /** {@code d = |a|}. */
  public static void absoluteFlushed(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, flush(get(r, a + l)).and(~SIGN));
    }
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, a + l).lanewise(VectorOperators.XOR, SIGN));
    }
  }

  /** {@code d = -a}. */
  public static void negateFlushed(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, flush(get(r, a + l)).lanewise(VectorOperators.XOR, SIGN));
    }
  }

  /** {@code d} is {@code b} with the sign of {@code a}. */
  public static void copySign(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      put(r, d + l, m >> l, get(r, b + l).and(~SIGN).or(get(r, a + l).and(SIGN)));
    }
  }
}
