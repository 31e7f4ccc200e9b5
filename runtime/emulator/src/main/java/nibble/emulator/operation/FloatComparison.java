package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** Comparison of floating-point numbers into a predicate; comparisons are numbered as in {@link Relations}. */
public final class FloatComparison {
  private static final int EXPONENT = 0x7f800000;
  private static final int SIGN = 0x80000000;

  private FloatComparison() {}

  /** Single precision. */
  public static void word(Warp w, int m, int d, int a, int b, int comparison, int ftz) {
    int[] r = w.words;
    // Bits of which one is set in what is not flushed: without ftz everything but zero.
    int kept = ftz != 0 ? EXPONENT : -1;
    int less = 0;
    int equal = 0;
    int greater = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      x = x.blend(x.and(SIGN), x.and(kept).compare(VectorOperators.EQ, 0));
      y = y.blend(y.and(SIGN), y.and(kept).compare(VectorOperators.EQ, 0));
      FloatVector p = x.reinterpretAsFloats();
      FloatVector q = y.reinterpretAsFloats();
      less |= (int) p.compare(VectorOperators.LT, q).toLong() << l;
      equal |= (int) p.compare(VectorOperators.EQ, q).toLong() << l;
      greater |= (int) p.compare(VectorOperators.GT, q).toLong() << l;
    }
    Predicates.put(w, m, d, Relations.floating(comparison, less, equal, greater));
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
    pairs(w, m, d, a, b, comparison, ftz, format, Halves.numbered(format).bits(1f));
  }

  /** Pairs: all bits in the halves for which the comparison holds. */
  public static void pairMask(Warp w, int m, int d, int a, int b, int comparison, int ftz, int format) {
    pairs(w, m, d, a, b, comparison, ftz, format, 0xffff);
  }

  private static void pairs(
      Warp w, int m, int d, int a, int b, int comparison, int ftz, int format, int yes) {
    Halves t = Halves.numbered(format);
    Each.word(
        w, m, d, a, b,
        (x, y) ->
            (half(t, x, y, comparison, ftz) ? yes : 0)
                | (half(t, x >>> 16, y >>> 16, comparison, ftz) ? yes << 16 : 0));
  }

  private static boolean test(double x, double y, int comparison) {
    return Relations.floating(comparison, x < y ? 1 : 0, x == y ? 1 : 0, x > y ? 1 : 0) << 31 != 0;
  }
}
