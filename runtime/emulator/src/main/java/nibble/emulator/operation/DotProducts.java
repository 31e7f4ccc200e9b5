package nibble.emulator.operation;

import nibble.emulator.execute.Warp;

/**
 * Dot products of packed integers, and sums of their absolute differences. {@code signA} and {@code signB} are 2 where
 * the operand's elements are signed.
 */
public final class DotProducts {
  private static final int SIGNED = 2;

  private DotProducts() {}

  private static int part(int packed, int index, int sign) {
    int value = packed >>> 8 * index & 255;
    return sign == SIGNED ? (byte) value : value;
  }

  private static int half(int packed, int index, int sign) {
    int value = packed >>> 16 * index & 0xffff;
    return sign == SIGNED ? (short) value : value;
  }

  /** {@code dp4a}: {@code c} plus the products of four bytes. */
  public static void bytes(Warp w, int m, int d, int a, int b, int c, int signA, int signB) {
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) -> {
          int sum = z;
          for (int i = 0; i < 4; i++) {
            sum += part(x, i, signA) * part(y, i, signB);
          }
          return sum;
        });
  }

  /** {@code dp2a.lo}: {@code c} plus the products of two halves of {@code a} and the low bytes of {@code b}. */
  public static void halvesLow(Warp w, int m, int d, int a, int b, int c, int signA, int signB) {
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) -> z + half(x, 0, signA) * part(y, 0, signB) + half(x, 1, signA) * part(y, 1, signB));
  }

  /** {@code dp2a.hi}: the same with the high bytes of {@code b}. */
  public static void halvesHigh(Warp w, int m, int d, int a, int b, int c, int signA, int signB) {
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) -> z + half(x, 0, signA) * part(y, 2, signB) + half(x, 1, signA) * part(y, 3, signB));
  }

  /** {@code vabsdiff4}: absolute differences of bytes, packed, or summed with {@code c} if told so. */
  public static void differences(
      Warp w, int m, int d, int a, int b, int c, int signA, int signB, int add) {
    Each.word(
        w, m, d, a, b, c,
        (x, y, z) -> {
          int sum = z;
          int packed = 0;
          for (int i = 0; i < 4; i++) {
            int difference = Math.abs(part(x, i, signA) - part(y, i, signB));
            sum += difference;
            packed |= (difference & 255) << 8 * i;
          }
          return add != 0 ? sum : packed;
        });
  }
}
