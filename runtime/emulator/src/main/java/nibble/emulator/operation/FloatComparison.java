package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.get;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/**
 * Comparison of floating-point numbers into a predicate. {@code comparison} numbers {@code eq ne lt le gt ge equ neu ltu leu
 * gtu geu num nan} from one: those with {@code u} are true where an operand is NaN, the first six are false there.
 */
public final class FloatComparison {
  private static final int EXPONENT = 0x7f800000;
  private static final int SIGN = 0x80000000;

  private FloatComparison() {}

  /** Single precision. */
  public static void word(Warp w, int m, int d, int a, int b, int comparison, int ftz) {
    int[] r = w.words;
    boolean flushes = ftz != 0;
    int bits =
        switch (comparison) {
          case 1 -> compare(r, a, b, VectorOperators.EQ, flushes);
          case 2 -> ~compare(r, a, b, VectorOperators.EQ, flushes) & ~unordered(r, a, b);
          case 3 -> compare(r, a, b, VectorOperators.LT, flushes);
          case 4 -> compare(r, a, b, VectorOperators.LE, flushes);
          case 5 -> compare(r, a, b, VectorOperators.GT, flushes);
          case 6 -> compare(r, a, b, VectorOperators.GE, flushes);
          case 7 -> compare(r, a, b, VectorOperators.EQ, flushes) | unordered(r, a, b);
          case 8 -> ~compare(r, a, b, VectorOperators.EQ, flushes);
          case 9 -> ~compare(r, a, b, VectorOperators.GE, flushes);
          case 10 -> ~compare(r, a, b, VectorOperators.GT, flushes);
          case 11 -> ~compare(r, a, b, VectorOperators.LE, flushes);
          case 12 -> ~compare(r, a, b, VectorOperators.LT, flushes);
          case 13 -> ~unordered(r, a, b);
          default -> unordered(r, a, b);
        };
    Predicates.put(w, m, d, bits);
  }

  private static int compare(int[] r, int a, int b, VectorOperators.Comparison comparison, boolean flushes) {
    int bits = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = flushes ? flush(get(r, a + l)) : get(r, a + l);
      IntVector y = flushes ? flush(get(r, b + l)) : get(r, b + l);
      bits |= (int) x.reinterpretAsFloats().compare(comparison, y.reinterpretAsFloats()).toLong() << l;
    }
    return bits;
  }

  private static IntVector flush(IntVector bits) {
    return bits.blend(bits.and(SIGN), bits.and(EXPONENT).compare(VectorOperators.EQ, 0));
  }

  private static int unordered(int[] r, int a, int b) {
    int bits = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      long x = get(r, a + l).reinterpretAsFloats().test(VectorOperators.IS_NAN).toLong();
      long y = get(r, b + l).reinterpretAsFloats().test(VectorOperators.IS_NAN).toLong();
      bits |= (int) (x | y) << l;
    }
    return bits;
  }

  /** Double precision. */
  public static void wide(Warp w, int m, int d, int a, int b, int comparison) {
    Each.test(
        w, m, d, a, b,
        (long x, long y) -> test(Double.longBitsToDouble(x), Double.longBitsToDouble(y), comparison));
  }

  /** 16 bits; the format is 1 for f16, 2 for bf16. */
  public static void half(Warp w, int m, int d, int a, int b, int comparison, int ftz, int format) {
    Halves t = Halves.numbered(format);
    Each.test(w, m, d, a, b, (int x, int y) -> half(t, x, y, comparison, ftz));
  }

  private static boolean half(Halves t, int x, int y, int comparison, int ftz) {
    return test(t.value(ftz != 0 ? t.flush(x) : x), t.value(ftz != 0 ? t.flush(y) : y), comparison);
  }

  /** Pairs: {@code d} for the low halves, {@code e} for the high ones. */
  public static void pair(Warp w, int m, int d, int e, int a, int b, int comparison, int ftz, int format) {
    Halves t = Halves.numbered(format);
    int low = 0;
    int high = 0;
    for (int l = 0; l < WARP; l++) {
      int x = w.words[a + l];
      int y = w.words[b + l];
      low |= half(t, x, y, comparison, ftz) ? 1 << l : 0;
      high |= half(t, x >>> 16, y >>> 16, comparison, ftz) ? 1 << l : 0;
    }
    Predicates.put(w, m, d, low);
    Predicates.put(w, m, e, high);
  }

  /** Pairs: 1.0 in the halves for which the comparison holds. */
  public static void pairValue(Warp w, int m, int d, int a, int b, int comparison, int ftz, int format) {
    Halves t = Halves.numbered(format);
    int one = t.bits(1f);
    Each.word(
        w, m, d, a, b,
        (x, y) ->
            (half(t, x, y, comparison, ftz) ? one : 0)
                | (half(t, x >>> 16, y >>> 16, comparison, ftz) ? one << 16 : 0));
  }

  private static boolean test(double x, double y, int comparison) {
    boolean isNan = Double.isNaN(x) || Double.isNaN(y);
    return switch (comparison) {
      case 1 -> x == y;
      case 2 -> x != y && !isNan;
      case 3 -> x < y;
      case 4 -> x <= y;
      case 5 -> x > y;
      case 6 -> x >= y;
      case 7 -> x == y || isNan;
      case 8 -> x != y;
      case 9 -> !(x >= y);
      case 10 -> !(x > y);
      case 11 -> !(x <= y);
      case 12 -> !(x < y);
      case 13 -> !isNan;
      default -> isNan;
    };
  }
}
