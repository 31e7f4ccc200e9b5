package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.get;

import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** Comparison of 64-bit values into a predicate; see {@link WordComparison}. */
public final class LongComparison {
  private LongComparison() {}

  /** Signed. */
  public static void signed(Warp w, int m, int d, int a, int b, int comparison) {
    long[] q = w.longs;
    int bits =
        switch (comparison) {
          case 1 -> compare(q, a, b, VectorOperators.EQ);
          case 2 -> compare(q, a, b, VectorOperators.NE);
          case 3 -> compare(q, a, b, VectorOperators.LT);
          case 4 -> compare(q, a, b, VectorOperators.LE);
          case 5 -> compare(q, a, b, VectorOperators.GT);
          case 6 -> compare(q, a, b, VectorOperators.GE);
          default -> below(q, a, b, comparison);
        };
    Predicates.put(w, m, d, bits);
  }

  /** Unsigned. */
  public static void unsigned(Warp w, int m, int d, int a, int b, int comparison) {
    long[] q = w.longs;
    int bits =
        switch (comparison) {
          case 1 -> compare(q, a, b, VectorOperators.EQ);
          case 2 -> compare(q, a, b, VectorOperators.NE);
          default -> below(q, a, b, comparison);
        };
    Predicates.put(w, m, d, bits);
  }

  private static int below(long[] q, int a, int b, int comparison) {
    return switch (comparison) {
      case 3, 7 -> compare(q, a, b, VectorOperators.ULT);
      case 4, 8 -> compare(q, a, b, VectorOperators.ULE);
      case 5, 9 -> compare(q, a, b, VectorOperators.UGT);
      default -> compare(q, a, b, VectorOperators.UGE);
    };
  }

  private static int compare(long[] q, int a, int b, VectorOperators.Comparison comparison) {
    int bits = 0;
    for (int l = 0; l < WARP; l += LONGS) {
      bits |= (int) get(q, a + l).compare(comparison, get(q, b + l)).toLong() << l;
    }
    return bits;
  }
}
