package nibble.emulator.execute;

/** Runs a warp, basic block by basic block, until no path of it can run or its turn is over. */
final class WarpLoop {
  private WarpLoop() {}

  /**
   * Runs a warp.
   *
   * @param turn basic blocks that it may execute
   * @return basic blocks that it executed
   */
  static int run(Executable executable, Warp warp, int turn) {
    Paths paths = warp.paths;
    Profile profile = warp.profile;
    warp.talks = false;
    int block = paths.resume();
    int executed = 0;
    while (block >= 0) {
      if (executed == turn) {
        paths.yield(block, executed, warp.talks);
        break;
      }
      warp.lastBlock = block;
      int mask = paths.mask();
      profile.executions[block]++;
      profile.lanes[block] += Integer.bitCount(mask);
      block = executable.execute(block, warp, mask);
      if (block == paths.join()) {
        block = paths.arrive();
      }
      executed++;
    }
    return executed;
  }
}
