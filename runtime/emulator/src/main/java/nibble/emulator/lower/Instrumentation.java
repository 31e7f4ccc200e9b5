package nibble.emulator.lower;

/**
 * What is built into code beside the program. Code without any has no trace of it, and is compiled apart.
 *
 * @param observes whether it tells an observer of accesses, barriers and fences
 * @param tracksRegisters whether it tells of registers that are read unwritten
 * @param steps whether basic blocks end before each access of memory, so that a schedule can let others run there
 */
public record Instrumentation(boolean observes, boolean tracksRegisters, boolean steps) {
  /** The program alone. */
  public static final Instrumentation NONE = new Instrumentation(false, false, false);
}
