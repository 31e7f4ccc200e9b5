package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/** Comparison of 16-bit values into a predicate; comparisons are numbered as in {@link Relations}. */
public final class NarrowComparison {
  private NarrowComparison() {}

  /** Signed. */
  public static void signed(Warp w, int m, int d, int a, int b, int comparison) {
    boolean isSigned = comparison <= Relations.GE;
    Each.test(
        w, m, d, a, b,
        (int x, int y) -> test(isSigned ? (short) x : x, isSigned ? (short) y : y, comparison));
  }

  /** Unsigned. */
  public static void unsigned(Warp w, int m, int d, int a, int b, int comparison) {
    Each.test(w, m, d, a, b, (int x, int y) -> test(x, y, comparison));
  }

  private static boolean test(int x, int y, int comparison) {
    return Relations.ordered(comparison, x < y ? 1 : 0, x == y ? 1 : 0) << 31 != 0;
  }
}
