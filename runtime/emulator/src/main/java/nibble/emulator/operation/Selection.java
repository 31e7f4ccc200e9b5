package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import nibble.emulator.execute.Warp;

/** {@code selp}, {@code slct}: one of two values. */
public final class Selection {
  private Selection() {}

  /** {@code d = c ? a : b}. */
  public static void word(Warp w, int m, int d, int a, int b, int c) {
    int[] r = w.words;
    int chosen = w.predicates[c];
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector x = IntVector.fromArray(WORD, r, a + l);
      IntVector y = IntVector.fromArray(WORD, r, b + l);
      y.blend(x, VectorMask.fromLong(WORD, chosen >> l)).intoArray(r, d + l, VectorMask.fromLong(WORD, m >> l));
    }
  }

  /** {@code d = c ? a : b}. */
  public static void wide(Warp w, int m, int d, int a, int b, int c) {
    long[] q = w.longs;
    int chosen = w.predicates[c];
    for (int l = 0; l < WARP; l += LONGS) {
      LongVector x = LongVector.fromArray(LONG, q, a + l);
      LongVector y = LongVector.fromArray(LONG, q, b + l);
      y.blend(x, VectorMask.fromLong(LONG, chosen >> l)).intoArray(q, d + l, VectorMask.fromLong(LONG, m >> l));
    }
  }

  /** {@code d = c >= 0 ? a : b}. */
  public static void wordBySign(Warp w, int m, int d, int a, int b, int c) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> z >= 0 ? x : y);
  }

  /** {@code d = c >= 0 ? a : b} of a floating-point {@code c}: -0 chooses {@code a}, NaN {@code b}. */
  public static void wordByFloat(Warp w, int m, int d, int a, int b, int c, int ftz) {
    Each.word(w, m, d, a, b, c, (x, y, z) -> Floats.value(Floats.flush(z, ftz != 0)) >= 0 ? x : y);
  }

  /** {@code d = c >= 0 ? a : b}. */
  public static void wideBySign(Warp w, int m, int d, int a, int b, int c) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = w.words[c + l] >= 0 ? w.longs[a + l] : w.longs[b + l];
      }
    }
  }

  /** {@code d = c >= 0 ? a : b}. */
  public static void wideByFloat(Warp w, int m, int d, int a, int b, int c, int ftz) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        float chooser = Floats.value(Floats.flush(w.words[c + l], ftz != 0));
        w.longs[d + l] = chooser >= 0 ? w.longs[a + l] : w.longs[b + l];
      }
    }
  }
}
