package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/**
 * Single-precision arithmetic, rounded to nearest even, by vectors. Results that are not a number are PTX's one NaN;
 * names that end in {@code Flushed} treat subnormal operands and results as zeros of their sign.
 */
public final class FloatArithmetic {
  private static final int EXPONENT = 0x7f800000;
  private static final int SIGN = 0x80000000;

  private FloatArithmetic() {}

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector bits = x.reinterpretAsFloats().add(y.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a + b}. */
  public static void addFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y = y.blend(y.and(SIGN), y.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector bits = x.reinterpretAsFloats().add(y.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(bits.and(SIGN), bits.and(EXPONENT).compare(VectorOperators.EQ, 0));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector bits = x.reinterpretAsFloats().sub(y.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a - b}. */
  public static void subtractFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y = y.blend(y.and(SIGN), y.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector bits = x.reinterpretAsFloats().sub(y.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(bits.and(SIGN), bits.and(EXPONENT).compare(VectorOperators.EQ, 0));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector bits = x.reinterpretAsFloats().mul(y.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a * b}. */
  public static void multiplyFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y = y.blend(y.and(SIGN), y.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector bits = x.reinterpretAsFloats().mul(y.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(bits.and(SIGN), bits.and(EXPONENT).compare(VectorOperators.EQ, 0));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a * b + c}, rounded once. */
  public static void multiplyAdd(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector z = IntVector.fromArray(WORD, r, c + l);
      IntVector bits =
          x.reinterpretAsFloats().fma(y.reinterpretAsFloats(), z.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = a * b + c}, rounded once. */
  public static void multiplyAddFlushed(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y = y.blend(y.and(SIGN), y.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector z = IntVector.fromArray(WORD, r, c + l);
      z = z.blend(z.and(SIGN), z.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector bits =
          x.reinterpretAsFloats().fma(y.reinterpretAsFloats(), z.reinterpretAsFloats()).reinterpretAsInts();
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(bits.and(SIGN), bits.and(EXPONENT).compare(VectorOperators.EQ, 0));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The lesser; a number rather than NaN, -0 rather than +0. */
  public static void minimum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector bits = x.reinterpretAsFloats().min(y.reinterpretAsFloats()).reinterpretAsInts();
      // A number wins over NaN.
      bits = bits.blend(y, x.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(x, y.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The lesser; a number rather than NaN, -0 rather than +0. */
  public static void minimumFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y = y.blend(y.and(SIGN), y.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector bits = x.reinterpretAsFloats().min(y.reinterpretAsFloats()).reinterpretAsInts();
      // A number wins over NaN.
      bits = bits.blend(y, x.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(x, y.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The greater; a number rather than NaN, +0 rather than -0. */
  public static void maximum(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      IntVector bits = x.reinterpretAsFloats().max(y.reinterpretAsFloats()).reinterpretAsInts();
      // A number wins over NaN.
      bits = bits.blend(y, x.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(x, y.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** The greater; a number rather than NaN, +0 rather than -0. */
  public static void maximumFlushed(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y = y.blend(y.and(SIGN), y.and(EXPONENT).compare(VectorOperators.EQ, 0));
      IntVector bits = x.reinterpretAsFloats().max(y.reinterpretAsFloats()).reinterpretAsInts();
      // A number wins over NaN.
      bits = bits.blend(y, x.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(x, y.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits = bits.blend(Floats.NAN, bits.and(~SIGN).compare(VectorOperators.GT, EXPONENT));
      bits.intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = |a|}; NaN keeps its bits, but for the sign. */
  public static void absolute(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.and(~SIGN).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = |a|}; NaN keeps its bits, but for the sign. */
  public static void absoluteFlushed(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      x.and(~SIGN).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x.lanewise(VectorOperators.XOR, SIGN).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = -a}. */
  public static void negateFlushed(Warp w, int m, int d, int a) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      x = x.blend(x.and(SIGN), x.and(EXPONENT).compare(VectorOperators.EQ, 0));
      x.lanewise(VectorOperators.XOR, SIGN).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d} is {@code b} with the sign of {@code a}. */
  public static void copySign(Warp w, int m, int d, int a, int b) {
    int[] r = w.words;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y.and(~SIGN).or(x.and(SIGN)).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }
}
