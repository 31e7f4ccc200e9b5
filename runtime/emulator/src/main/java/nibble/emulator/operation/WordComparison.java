package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Warp;

/** Comparison of 32-bit values into a predicate; comparisons are numbered as in {@link Relations}. */
public final class WordComparison {
  private WordComparison() {}

  /** Signed; but {@code lo ls hi hs} are always unsigned. */
  public static void signed(Warp w, int m, int d, int a, int b, int comparison) {
    if (comparison > Relations.GE) {
      unsigned(w, m, d, a, b, comparison);
      return;
    }
    int[] r = w.words;
    int less = 0;
    int equal = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      less |= (int) x.compare(VectorOperators.LT, y).toLong() << l;
      equal |= (int) x.compare(VectorOperators.EQ, y).toLong() << l;
    }
    Predicates.put(w, m, d, Relations.ordered(comparison, less, equal));
  }

  /** Unsigned. */
  public static void unsigned(Warp w, int m, int d, int a, int b, int comparison) {
    int[] r = w.words;
    int less = 0;
    int equal = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      less |= (int) x.compare(VectorOperators.ULT, y).toLong() << l;
      equal |= (int) x.compare(VectorOperators.EQ, y).toLong() << l;
    }
    Predicates.put(w, m, d, Relations.ordered(comparison, less, equal));
  }
}
