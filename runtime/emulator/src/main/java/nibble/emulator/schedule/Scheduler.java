package nibble.emulator.schedule;

import java.util.BitSet;

/**
 * Decides which warp runs next, of all blocks that are under way. Asked again and again while a launch runs, by one
 * thread; from the same answers the same run follows, bit for bit.
 *
 * <p>Warps are numbered {@code 32 * slot + warp}: a block takes the slot of one that has ended.
 */
public interface Scheduler {
  /**
   * The warp that runs next.
   *
   * @param ready the warps that can run, at least one
   */
  int next(BitSet ready);

  /** How many basic blocks that warp may execute before the scheduler is asked again. */
  int turn();

  /**
   * That warp's turn is over.
   *
   * @param executed basic blocks that it has executed
   * @param last what it did in the last of them
   * @param ahead what it would do next
   */
  default void ran(int warp, int executed, Point last, Point ahead) {}
}
