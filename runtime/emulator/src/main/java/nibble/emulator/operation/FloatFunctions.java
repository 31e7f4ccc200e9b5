package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/**
 * The approximate functions of single precision. They are computed in double precision and rounded once, so they are
 * within half a unit in the last place, better than what is asked for; a GPU's bits may differ. {@code ftz} flushes
 * operands and results.
 */
public final class FloatFunctions {
  private FloatFunctions() {}

  @FunctionalInterface
  private interface Function {
    double apply(double x);
  }

  private static void apply(Warp w, int m, int d, int a, int ftz, Function f) {
    boolean flushes = ftz != 0;
    Each.word(
        w, m, d, a,
        x -> Floats.flush(Floats.bits((float) f.apply(Floats.value(Floats.flush(x, flushes)))), flushes));
  }

  /** {@code 1 / a}. */
  public static void reciprocal(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, x -> 1 / x);
  }

  /** {@code 1 / sqrt(a)}; minus infinity for -0. */
  public static void reciprocalRoot(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, x -> 1 / Math.sqrt(x));
  }

  /** {@code sqrt(a)}. */
  public static void squareRoot(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, Math::sqrt);
  }

  /** {@code 2^a}. */
  public static void powerOfTwo(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, Exponential::powerOfTwo);
  }

  /** The logarithm of {@code a} to base 2. */
  public static void logarithm(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, x -> Math.log(x) / LN2);
  }

  private static final double LN2 = Math.log(2);

  /** {@code sin(a)}. */
  public static void sine(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, Math::sin);
  }

  /** {@code cos(a)}. */
  public static void cosine(Warp w, int m, int d, int a, int ftz) {
    apply(w, m, d, a, ftz, Math::cos);
  }

  /** {@code tanh(a)}. */
  public static void hyperbolicTangent(Warp w, int m, int d, int a) {
    apply(w, m, d, a, 0, Math::tanh);
  }

  /** {@code a / b}. */
  public static void divide(Warp w, int m, int d, int a, int b, int ftz) {
    boolean flushes = ftz != 0;
    Each.word(
        w, m, d, a, b,
        (x, y) -> {
          float quotient = Floats.value(Floats.flush(x, flushes)) / Floats.value(Floats.flush(y, flushes));
          return Floats.flush(Floats.bits(quotient), flushes);
        });
  }

  /** {@code testp}: whether {@code a} is finite, infinite, a number, NaN, normal, subnormal. */
  public static void test(Warp w, int m, int d, int a, int property) {
    Each.test(w, m, d, a, a, (int x, int same) -> Classes.word(x, property));
  }

  /** {@code testp} of double precision. */
  public static void testWide(Warp w, int m, int d, int a, int property) {
    Each.test(w, m, d, a, a, (long x, long same) -> Classes.wide(x, property));
  }
}
