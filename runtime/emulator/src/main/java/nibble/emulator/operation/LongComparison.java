package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** Comparison of 64-bit values into a predicate; comparisons are numbered as in {@link Relations}. */
public final class LongComparison {
  private LongComparison() {}

  /** Signed; but {@code lo ls hi hs} are always unsigned. */
  public static void signed(Warp w, int m, int d, int a, int b, int comparison) {
    if (comparison > Relations.GE) {
      unsigned(w, m, d, a, b, comparison);
      return;
    }
    long[] q = w.longs;
    int less = 0;
    int equal = 0;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      less |= (int) x.compare(VectorOperators.LT, y).toLong() << l;
      equal |= (int) x.compare(VectorOperators.EQ, y).toLong() << l;
    }
    Predicates.put(w, m, d, Relations.ordered(comparison, less, equal));
  }

  /** Unsigned. */
  public static void unsigned(Warp w, int m, int d, int a, int b, int comparison) {
    long[] q = w.longs;
    int less = 0;
    int equal = 0;
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      less |= (int) x.compare(VectorOperators.ULT, y).toLong() << l;
      equal |= (int) x.compare(VectorOperators.EQ, y).toLong() << l;
    }
    Predicates.put(w, m, d, Relations.ordered(comparison, less, equal));
  }
}
