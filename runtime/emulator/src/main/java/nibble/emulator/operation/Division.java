package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/**
 * Integer division and remainder. Division by zero gives all ones, its remainder the dividend; PTX leaves both open,
 * and this is what GPUs give.
 */
public final class Division {
  private Division() {}

  /** Signed quotient of 32 bits. */
  public static void word(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? -1 : x / y);
  }

  /** Unsigned quotient of 32 bits. */
  public static void wordUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? -1 : Integer.divideUnsigned(x, y));
  }

  /** Signed remainder of 32 bits. */
  public static void wordRemainder(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? x : x % y);
  }

  /** Unsigned remainder of 32 bits. */
  public static void wordRemainderUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? x : Integer.remainderUnsigned(x, y));
  }

  /** Signed quotient of 64 bits. */
  public static void wide(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> y == 0 ? -1 : x / y);
  }

  /** Unsigned quotient of 64 bits. */
  public static void wideUnsigned(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> y == 0 ? -1 : Long.divideUnsigned(x, y));
  }

  /** Signed remainder of 64 bits. */
  public static void wideRemainder(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> y == 0 ? x : x % y);
  }

  /** Unsigned remainder of 64 bits. */
  public static void wideRemainderUnsigned(Warp w, int m, int d, int a, int b) {
    Each.wide(w, m, d, a, b, (x, y) -> y == 0 ? x : Long.remainderUnsigned(x, y));
  }

  /** Signed quotient of 16 bits. */
  public static void narrow(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? 0xffff : (short) x / (short) y & 0xffff);
  }

  /** Unsigned quotient of 16 bits. */
  public static void narrowUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? 0xffff : x / y);
  }

  /** Signed remainder of 16 bits. */
  public static void narrowRemainder(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? x : (short) x % (short) y & 0xffff);
  }

  /** Unsigned remainder of 16 bits. */
  public static void narrowRemainderUnsigned(Warp w, int m, int d, int a, int b) {
    Each.word(w, m, d, a, b, (x, y) -> y == 0 ? x : x % y);
  }
}
