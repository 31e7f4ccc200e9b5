package nibble.emulator.operation;

import java.util.function.IntBinaryOperator;
import nibble.emulator.execute.Warp;

/** Integer arithmetic on pairs of 16 bits. */
public final class PackedArithmetic {
  private PackedArithmetic() {}

  private static void apply(Warp w, int m, int d, int a, int b, IntBinaryOperator f) {
    Each.word(
        w, m, d, a, b,
        (x, y) -> f.applyAsInt(x >> 16, y >> 16) << 16 | f.applyAsInt((short) x, (short) y) & 0xffff);
  }

  /** {@code d = a + b}. */
  public static void add(Warp w, int m, int d, int a, int b) {
    apply(w, m, d, a, b, Integer::sum);
  }

  /** Signed minimum; {@code relu} makes negative results zero. */
  public static void minimum(Warp w, int m, int d, int a, int b, int relu) {
    apply(w, m, d, a, b, (x, y) -> relu != 0 ? Math.max(0, Math.min(x, y)) : Math.min(x, y));
  }

  /** Signed maximum; {@code relu} makes negative results zero. */
  public static void maximum(Warp w, int m, int d, int a, int b, int relu) {
    apply(w, m, d, a, b, (x, y) -> relu != 0 ? Math.max(0, Math.max(x, y)) : Math.max(x, y));
  }

  /** Unsigned minimum. */
  public static void minimumUnsigned(Warp w, int m, int d, int a, int b) {
    apply(w, m, d, a, b, (x, y) -> Math.min(x & 0xffff, y & 0xffff));
  }

  /** Unsigned maximum. */
  public static void maximumUnsigned(Warp w, int m, int d, int a, int b) {
    apply(w, m, d, a, b, (x, y) -> Math.max(x & 0xffff, y & 0xffff));
  }
}
