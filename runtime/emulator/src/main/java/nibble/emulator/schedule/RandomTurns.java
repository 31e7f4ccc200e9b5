package nibble.emulator.schedule;

import java.util.BitSet;
import java.util.Random;

/** Any warp that can run, for a random number of basic blocks: mostly one or two, sometimes many. */
final class RandomTurns implements Scheduler {
  private static final int LONGEST = 12;

  private final Random random;

  RandomTurns(long seed) {
    random = new Random(seed);
  }

  @Override
  public int next(BitSet ready) {
    int warp = ready.nextSetBit(0);
    for (int skipped = random.nextInt(ready.cardinality()); skipped > 0; skipped--) {
      warp = ready.nextSetBit(warp + 1);
    }
    return warp;
  }

  @Override
  public int turn() {
    return 1 << Math.min(Integer.numberOfTrailingZeros(random.nextInt() | 1 << LONGEST), LONGEST);
  }
}
