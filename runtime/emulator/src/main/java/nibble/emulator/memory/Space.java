package nibble.emulator.memory;

import nibble.emulator.model.StateSpace;

/**
 * Numbers of the spaces that memory helpers take as a constant. {@link #NARROW} is added where addresses are 32-bit
 * registers, as usual in shared memory.
 */
public final class Space {
  public static final int GENERIC = 0;
  public static final int GLOBAL = 1;
  public static final int CONST = 2;
  public static final int SHARED = 3;
  public static final int LOCAL = 4;
  public static final int PARAM = 5;
  public static final int NARROW = 8;

  private static final String[] NAMES = {"generic", "global", "const", "shared", "local", "param"};

  private Space() {}

  /** The number of a space in which memory can be accessed. */
  public static int of(StateSpace space) {
    return switch (space) {
      case GENERIC -> GENERIC;
      case GLOBAL -> GLOBAL;
      case CONST -> CONST;
      case SHARED -> SHARED;
      case LOCAL -> LOCAL;
      case PARAM -> PARAM;
      case REG, SREG, TEX -> throw new IllegalArgumentException(space.text());
    };
  }

  /** The space's name. */
  public static String name(int space) {
    return NAMES[space & ~NARROW];
  }
}
