package nibble.emulator.schedule;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;

/**
 * Each warp has a random priority, and of those that can run the one with the highest does. At a change point a warp
 * falls behind all others: what it has done is visible then, and what it would do next is not, for as long as any other
 * warp can run. This is the scheduler of Burckhardt, Kothari, Musuvathi and Nagarakatti ("A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", ASPLOS 2010) with change points where they could matter: behind stores and
 * atomics, which may come before a flag or a fence, before barriers, and, less often, at loads.
 */
final class ChangingPriorities implements Scheduler {
  /** A warp that has run for so many basic blocks may be spinning until one of the others does something. */
  private static final int PATIENCE = 512;

  private final Random random;
  private final int storeOdds;
  private final int loadOdds;
  private long[] priorities = new long[0];
  private long lowest;
  private int running = -1;
  private int run;

  ChangingPriorities(long seed) {
    random = new Random(seed);
    // Some schedules change often, some seldom: few changes reach far into a program.
    storeOdds = 1 << 1 + random.nextInt(6);
    loadOdds = 4 * storeOdds;
  }

  @Override
  public int next(BitSet ready) {
    if (ready.length() > priorities.length) {
      int known = priorities.length;
      priorities = Arrays.copyOf(priorities, ready.length());
      for (int warp = known; warp < priorities.length; warp++) {
        priorities[warp] = random.nextLong() >>> 1;
      }
    }
    int best = ready.nextSetBit(0);
    for (int warp = best; warp >= 0; warp = ready.nextSetBit(warp + 1)) {
      best = priorities[warp] > priorities[best] ? warp : best;
    }
    return best;
  }

  @Override
  public int turn() {
    return 1;
  }

  @Override
  public void ran(int warp, int executed, Point last, Point ahead) {
    run = warp == running ? run + executed : executed;
    running = warp;
    if (run >= PATIENCE || isChange(last, ahead)) {
      priorities[warp] = --lowest;
      run = 0;
    }
  }

  private boolean isChange(Point last, Point ahead) {
    int odds =
        switch (last) {
          case STORE, ATOMIC, FENCE -> storeOdds;
          case LOAD -> loadOdds;
          case COMPUTE, BARRIER -> ahead == Point.BARRIER ? storeOdds : 0;
        };
    return odds > 0 && random.nextInt(odds) == 0;
  }
}
