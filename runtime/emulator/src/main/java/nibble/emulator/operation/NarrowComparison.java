package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/** Comparison of 16-bit values into a predicate; see {@link WordComparison}. */
public final class NarrowComparison {
  private NarrowComparison() {}

  /** Signed. */
  public static void signed(Warp w, int m, int d, int a, int b, int comparison) {
    boolean isSigned = comparison <= 6;
    Each.test(
        w, m, d, a, b,
        (int x, int y) -> test(isSigned ? (short) x : x, isSigned ? (short) y : y, comparison));
  }

  /** Unsigned. */
  public static void unsigned(Warp w, int m, int d, int a, int b, int comparison) {
    Each.test(w, m, d, a, b, (int x, int y) -> test(x, y, comparison));
  }

  private static boolean test(int x, int y, int comparison) {
    return switch (comparison) {
      case 1 -> x == y;
      case 2 -> x != y;
      case 3, 7 -> x < y;
      case 4, 8 -> x <= y;
      case 5, 9 -> x > y;
      default -> x >= y;
    };
  }
}
