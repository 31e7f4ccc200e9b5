package nibble.emulator.schedule;

/** Decides which warp of a block runs next. Asked again and again while the block runs, by one thread. */
public interface Scheduler {
  /**
   * The warp that runs next.
   *
   * @param ready the warps that can run, one bit to a warp; never zero
   */
  int next(int ready);

  /** How many basic blocks a warp may execute before the scheduler is asked again. */
  int turn();
}
