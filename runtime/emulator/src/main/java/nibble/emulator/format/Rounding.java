package nibble.emulator.format;

/** Rounding modes, in the order in which PTX names them: {@code rn rz rm rp rna}. */
public enum Rounding {
  /** To nearest, ties to even. */
  NEAREST_EVEN,
  /** Towards zero. */
  ZERO,
  /** Towards minus infinity. */
  DOWN,
  /** Towards plus infinity. */
  UP,
  /** To nearest, ties away from zero. */
  NEAREST_AWAY;

  private static final Rounding[] MODES = values();

  /** The mode of a slot's choice: its number, or zero for none, which means to nearest even. */
  public static Rounding numbered(int choice) {
    return MODES[Math.max(0, choice - 1)];
  }

  /**
   * Whether a magnitude that lies between two neighbours is rounded to the larger.
   *
   * @param isOdd whether the smaller's last bit is set
   * @param half how the magnitude compares with the middle of the two: negative, zero, positive
   */
  boolean increments(boolean isNegative, boolean isOdd, int half) {
    return switch (this) {
      case NEAREST_EVEN -> half > 0 || half == 0 && isOdd;
      case NEAREST_AWAY -> half >= 0;
      case ZERO -> false;
      case DOWN -> isNegative;
      case UP -> !isNegative;
    };
  }
}
