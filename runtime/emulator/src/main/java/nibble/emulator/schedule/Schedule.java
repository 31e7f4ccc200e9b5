package nibble.emulator.schedule;

/** Decides in which order the warps of blocks run. */
@FunctionalInterface
public interface Schedule {
  /** What decides for one block. Blocks run at the same time, so this may be called from any thread. */
  Scheduler forBlock(long block);

  /** One warp after the other, each until it waits. */
  static Schedule roundRobin() {
    return block -> new RoundRobin();
  }
}
