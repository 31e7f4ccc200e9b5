package nibble.emulator.schedule;

/** The warp behind the one that ran last, and so on round the block. */
final class RoundRobin implements Scheduler {
  /** Long enough to cost nothing, short enough that a warp that spins does not hold up the one it waits for. */
  private static final int TURN = 4096;

  private int last = 31;

  @Override
  public int next(int ready) {
    int behind = last == 31 ? 0 : ready & (-2 << last);
    last = Integer.numberOfTrailingZeros(behind != 0 ? behind : ready);
    return last;
  }

  @Override
  public int turn() {
    return TURN;
  }
}
