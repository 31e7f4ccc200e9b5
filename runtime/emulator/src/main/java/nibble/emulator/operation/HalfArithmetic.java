package nibble.emulator.operation;

import nibble.emulator.execute.Warp;
import nibble.emulator.format.Exact;

/**
 * Arithmetic of 16-bit floating-point numbers, alone or in pairs. Sums, differences and products are rounded from
 * single precision, which has more than twice the bits and so loses nothing; a fused multiply-add from double
 * precision.
 *
 * <p>A single number is computed as a pair whose upper half is not kept. The last operands of each helper are the
 * format (1 for f16, 2 for bf16), the number of elements, and the choices of the form's modifiers.
 */
public final class HalfArithmetic {
  private HalfArithmetic() {}

  /** A function of one element's bits. */
  @FunctionalInterface
  private interface Unary {
    int apply(Halves format, int x);
  }

  @FunctionalInterface
  private interface Binary {
    int apply(Halves format, int x, int y);
  }

  @FunctionalInterface
  private interface Ternary {
    int apply(Halves format, int x, int y, int z);
  }

  private static void apply(Warp w, int m, int d, int a, int format, int elements, Unary f) {
    Halves type = Halves.numbered(format);
    if (elements == 1) {
      Each.word(w, m, d, a, x -> f.apply(type, x));
    } else {
      Each.word(w, m, d, a, x -> f.apply(type, x >>> 16) << 16 | f.apply(type, x & 0xffff));
    }
  }

  private static void apply(Warp w, int m, int d, int a, int b, int format, int elements, Binary f) {
    Halves type = Halves.numbered(format);
    if (elements == 1) {
      Each.word(w, m, d, a, b, (x, y) -> f.apply(type, x, y));
    } else {
      Each.word(
          w, m, d, a, b, (x, y) -> f.apply(type, x >>> 16, y >>> 16) << 16 | f.apply(type, x & 0xffff, y & 0xffff));
    }
  }

  private static int result(Halves format, int bits, int ftz, int sat) {
    int flushed = ftz != 0 ? format.flush(bits) : bits;
    return sat != 0 ? format.bits(Floats.saturate(format.value(flushed))) : flushed;
  }

  private static float operand(Halves format, int bits, int ftz) {
    return format.value(ftz != 0 ? format.flush(bits) : bits);
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b, int format, int elements, int ftz, int sat) {
    apply(
        w, m, d, a, b, format, elements,
        (t, x, y) -> result(t, t.bits(operand(t, x, ftz) + operand(t, y, ftz)), ftz, sat));
  }

  /** {@code d = a - b}. */
  public static void subtract(Warp w, int m, int d, int a, int b, int format, int elements, int ftz, int sat) {
    apply(
        w, m, d, a, b, format, elements,
        (t, x, y) -> result(t, t.bits(operand(t, x, ftz) - operand(t, y, ftz)), ftz, sat));
  }

  /** {@code d = a * b}. */
  public static void multiply(Warp w, int m, int d, int a, int b, int format, int elements, int ftz, int sat) {
    apply(
        w, m, d, a, b, format, elements,
        (t, x, y) -> result(t, t.bits(operand(t, x, ftz) * operand(t, y, ftz)), ftz, sat));
  }

  /**
   * {@code d = a * b + c}, rounded once.
   *
   * @param relu whether negative results become zero
   */
  public static void multiplyAdd(
      Warp w, int m, int d, int a, int b, int c, int format, int elements, int ftz, int sat, int relu) {
    Halves type = Halves.numbered(format);
    Ternary f = (t, x, y, z) -> multiplyAdd(t, x, y, z, ftz, sat, relu);
    if (elements == 1) {
      Each.word(w, m, d, a, b, c, (x, y, z) -> f.apply(type, x, y, z));
    } else {
      Each.word(
          w, m, d, a, b, c,
          (x, y, z) ->
              f.apply(type, x >>> 16, y >>> 16, z >>> 16) << 16
                  | f.apply(type, x & 0xffff, y & 0xffff, z & 0xffff));
    }
  }

  /**
   * {@code fma.oob}: {@link #multiplyAdd}, but zero where a factor is the NaN that tensor copies fill with what is out
   * of bounds. PTX ISA does not say which NaN that is; here it is all ones, which no arithmetic gives.
   */
  public static void multiplyAddInBounds(
      Warp w, int m, int d, int a, int b, int c, int format, int elements, int relu) {
    Halves type = Halves.numbered(format);
    int low = 0xffff;
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) ->
            (elements == 1 ? 0 : multiplyAddInBounds(type, x >>> 16, y >>> 16, z >>> 16, relu) << 16)
                | multiplyAddInBounds(type, x & low, y & low, z & low, relu));
  }

  private static int multiplyAddInBounds(Halves t, int x, int y, int z, int relu) {
    return x == Halves.OUT_OF_BOUNDS || y == Halves.OUT_OF_BOUNDS ? 0 : multiplyAdd(t, x, y, z, 0, 0, relu);
  }

  private static int multiplyAdd(Halves t, int x, int y, int z, int ftz, int sat, int relu) {
    double product = (double) operand(t, x, ftz) * operand(t, y, ftz);
    int bits = result(t, t.bits(Exact.sum(product, operand(t, z, ftz))), ftz, sat);
    boolean isNegative = (bits & Halves.SIGN) != 0;
    return relu != 0 && isNegative ? 0 : bits;
  }

  /** {@code d = -a}. */
  public static void negate(Warp w, int m, int d, int a, int format, int elements, int ftz) {
    apply(w, m, d, a, format, elements, (t, x) -> (ftz != 0 ? t.flush(x) : x) ^ Halves.SIGN);
  }

  /** {@code d = |a|}. */
  public static void absolute(Warp w, int m, int d, int a, int format, int elements, int ftz) {
    apply(w, m, d, a, format, elements, (t, x) -> (ftz != 0 ? t.flush(x) : x) & ~Halves.SIGN);
  }

  /** The lesser; see {@link #extreme}. */
  public static void minimum(
      Warp w, int m, int d, int a, int b, int format, int elements, int ftz, int nan, int xorsign) {
    apply(w, m, d, a, b, format, elements, (t, x, y) -> extreme(t, x, y, ftz, nan, xorsign, false));
  }

  /** The greater; see {@link #extreme}. */
  public static void maximum(
      Warp w, int m, int d, int a, int b, int format, int elements, int ftz, int nan, int xorsign) {
    apply(w, m, d, a, b, format, elements, (t, x, y) -> extreme(t, x, y, ftz, nan, xorsign, true));
  }

  /**
   * The lesser or greater of two numbers.
   *
   * @param nan whether NaN wins over numbers
   * @param xorsign whether magnitudes are compared, and the result's sign is the product of the operands'
   */
  static int extreme(Halves t, int a, int b, int ftz, int nan, int xorsign, boolean greatest) {
    int x = ftz != 0 ? t.flush(a) : a;
    int y = ftz != 0 ? t.flush(b) : b;
    int sign = 0;
    if (xorsign != 0) {
      sign = (x ^ y) & Halves.SIGN;
      x &= ~Halves.SIGN;
      y &= ~Halves.SIGN;
    }
    float p = t.value(x);
    float q = t.value(y);
    if (Float.isNaN(p) || Float.isNaN(q)) {
      boolean isNan = Float.isNaN(p) && Float.isNaN(q) || nan != 0;
      return isNan ? Halves.NAN : (Float.isNaN(p) ? y : x) | sign;
    }
    return (Float.compare(p, q) > 0 == greatest ? x : y) | sign;
  }

  /** {@code 2^a}. */
  public static void powerOfTwo(Warp w, int m, int d, int a, int format, int elements, int ftz) {
    apply(
        w, m, d, a, format, elements,
        (t, x) -> result(t, t.bits((float) Exponential.powerOfTwo(operand(t, x, ftz))), ftz, 0));
  }

  /** {@code tanh(a)}. */
  public static void hyperbolicTangent(Warp w, int m, int d, int a, int format, int elements) {
    apply(w, m, d, a, format, elements, (t, x) -> t.bits((float) Math.tanh(t.value(x))));
  }
}
