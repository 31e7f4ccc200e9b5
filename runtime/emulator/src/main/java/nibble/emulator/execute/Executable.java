package nibble.emulator.execute;

/** A kernel in executable form: interpreted or compiled. Stateless and safe for threads. */
public interface Executable {
  /**
   * Executes a basic block.
   *
   * @param block its number
   * @param mask the running path's lanes
   * @return the block where the warp goes on, or {@link Paths#NONE}
   */
  int execute(int block, Warp warp, int mask);
}
