package nibble.emulator.operation;

/** Classes of floating-point numbers, numbered as {@code testp} lists them. */
final class Classes {
  private static final int FINITE = 1;
  private static final int INFINITE = 2;
  private static final int NUMBER = 3;
  private static final int NOT_A_NUMBER = 4;
  private static final int NORMAL = 5;

  private Classes() {}

  static boolean word(int bits, int property) {
    float x = Float.intBitsToFloat(bits);
    return has(x, Math.abs(x) >= Float.MIN_NORMAL, property);
  }

  static boolean wide(long bits, int property) {
    double x = Double.longBitsToDouble(bits);
    return has(x, Math.abs(x) >= Double.MIN_NORMAL, property);
  }

  /** Zero counts as normal, for it is not subnormal. */
  private static boolean has(double x, boolean isLarge, int property) {
    return switch (property) {
      case FINITE -> Double.isFinite(x);
      case INFINITE -> Double.isInfinite(x);
      case NUMBER -> !Double.isNaN(x);
      case NOT_A_NUMBER -> Double.isNaN(x);
      case NORMAL -> Double.isFinite(x) && (isLarge || x == 0);
      default -> Double.isFinite(x) && !isLarge && x != 0;
    };
  }
}
