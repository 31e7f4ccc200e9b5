package nibble.emulator.schedule;

import java.util.BitSet;

/** The warp behind the one that ran last, and so on round all blocks. */
final class RoundRobin implements Scheduler {
  /** Long enough to cost nothing, short enough that a warp that spins does not hold up the one it waits for. */
  private static final int TURN = 4096;

  private int last = -1;

  @Override
  public int next(BitSet ready) {
    int behind = ready.nextSetBit(last + 1);
    last = behind >= 0 ? behind : ready.nextSetBit(0);
    return last;
  }

  @Override
  public int turn() {
    return TURN;
  }
}
