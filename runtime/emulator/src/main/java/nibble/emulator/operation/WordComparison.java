package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.get;

import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/**
 * Comparison of 32-bit values into a predicate. {@code comparison} numbers {@code eq ne lt le gt ge lo ls hi hs} from one;
 * the last four are always unsigned.
 */
public final class WordComparison {
  private WordComparison() {}

  /** Signed. */
  public static void signed(Warp w, int m, int d, int a, int b, int comparison) {
    int[] r = w.words;
    int bits =
        switch (comparison) {
          case 1 -> compare(r, a, b, VectorOperators.EQ);
          case 2 -> compare(r, a, b, VectorOperators.NE);
          case 3 -> compare(r, a, b, VectorOperators.LT);
          case 4 -> compare(r, a, b, VectorOperators.LE);
          case 5 -> compare(r, a, b, VectorOperators.GT);
          case 6 -> compare(r, a, b, VectorOperators.GE);
          default -> below(r, a, b, comparison);
        };
    Predicates.put(w, m, d, bits);
  }

  /** Unsigned. */
  public static void unsigned(Warp w, int m, int d, int a, int b, int comparison) {
    int[] r = w.words;
    int bits =
        switch (comparison) {
          case 1 -> compare(r, a, b, VectorOperators.EQ);
          case 2 -> compare(r, a, b, VectorOperators.NE);
          default -> below(r, a, b, comparison);
        };
    Predicates.put(w, m, d, bits);
  }

  private static int below(int[] r, int a, int b, int comparison) {
    return switch (comparison) {
      case 3, 7 -> compare(r, a, b, VectorOperators.ULT);
      case 4, 8 -> compare(r, a, b, VectorOperators.ULE);
      case 5, 9 -> compare(r, a, b, VectorOperators.UGT);
      default -> compare(r, a, b, VectorOperators.UGE);
    };
  }

  private static int compare(int[] r, int a, int b, VectorOperators.Comparison comparison) {
    int bits = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      bits |= (int) get(r, a + l).compare(comparison, get(r, b + l)).toLong() << l;
    }
    return bits;
  }
}
