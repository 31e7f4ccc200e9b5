package nibble.emulator.check;

import java.util.Arrays;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;

/**
 * What the threads of a block know of each other and of threads elsewhere. Nearly always they know the same: all that
 * happened before the last barrier of the block. What single warps or threads know beyond that is kept for these.
 */
final class BlockClocks {
  private static final int WARP = 32;

  private final RaceChecker races;
  private final ThreadBlock block;
  private final Clock[] ofWarps;
  /** Up to when the threads of a warp know each other. */
  private final int[] withinWarps;
  private final Clock[] ofThreads;
  private final boolean[] haveThreads;
  /** What a thread knew at its last release fence, and when that was; its own deeds until then belong to it. */
  private final Clock[] released;
  private final int[] releaseTimes;
  private final boolean[] releasedWidely;
  /** What strong accesses have seen that a fence has not made known yet. */
  private final Clock[] seenNearby;
  private final Clock[] seen;
  // What threads had released or seen when all of them last met: it is as if each had. The memory model asks for a
  // fence behind the barrier, too; but that of each thread before it has the same effect, and much code relies on that.
  private Clock commonReleased = Clock.EMPTY;
  private Clock commonSeen = Clock.EMPTY;
  private boolean haveTold;
  private Clock common = Clock.EMPTY;
  private int life;
  private int now;
  /** Up to when all threads of the block know each other. */
  private int base;
  private boolean agree = true;

  BlockClocks(RaceChecker races, ThreadBlock block) {
    this.races = races;
    this.block = block;
    int threads = block.launch().threads();
    int warps = block.launch().warps();
    ofWarps = new Clock[warps];
    withinWarps = new int[warps];
    haveThreads = new boolean[warps];
    ofThreads = new Clock[warps * WARP];
    released = new Clock[threads];
    releaseTimes = new int[threads];
    releasedWidely = new boolean[threads];
    seenNearby = new Clock[threads];
    seen = new Clock[threads];
  }

  /** The block starts. */
  void start() {
    life = races.newLife(block);
    common = Clock.EMPTY;
    now = 1;
    base = 0;
    forgetSingles();
    haveTold = false;
    commonReleased = Clock.EMPTY;
    commonSeen = Clock.EMPTY;
    Arrays.fill(released, null);
    Arrays.fill(seenNearby, null);
    Arrays.fill(seen, null);
  }

  private void forgetSingles() {
    Arrays.fill(ofWarps, null);
    Arrays.fill(withinWarps, 0);
    Arrays.fill(ofThreads, null);
    Arrays.fill(haveThreads, false);
    agree = true;
  }

  int life() {
    return life;
  }

  int now() {
    return now;
  }

  /** Up to when all threads of the block know each other. */
  int base() {
    return base;
  }

  /** Something has happened that orders threads: what comes is later than what was. */
  private void advance() {
    if (++now < Stamp.LAST_TIME) {
      return;
    }
    // Of what this block did so far nothing can be found any more.
    common = common.with(Clock.block(life), Stamp.LAST_TIME);
    life = races.newLife(block);
    now = 1;
    base = 0;
    Arrays.fill(withinWarps, 0);
  }

  /** Whether an access happened before what a thread does now. */
  boolean knows(int warp, int thread, long stamp) {
    int time = Stamp.time(stamp);
    int other = Stamp.thread(stamp);
    int otherLife = Stamp.life(stamp);
    if (otherLife == life) {
      if (time <= base || other == thread || other >> 5 == warp && time <= withinWarps[warp]) {
        return true;
      }
    } else if (common.ofThread(otherLife, other) >= time) {
      return true;
    }
    return !agree
        && (ofWarps[warp] != null && ofWarps[warp].ofThread(otherLife, other) >= time
            || ofThreads[thread] != null && ofThreads[thread].ofThread(otherLife, other) >= time);
  }

  /** Whether all that threads of a block did up to a time happened before what a thread does now. */
  boolean knowsBlock(int warp, int thread, int otherLife, int time) {
    return (otherLife == life ? base : common.ofBlock(otherLife)) >= time
        || !agree
            && (ofWarps[warp] != null && ofWarps[warp].ofBlock(otherLife) >= time
                || ofThreads[thread] != null && ofThreads[thread].ofBlock(otherLife) >= time);
  }

  // Barriers

  /** All threads of the block have waited for each other. */
  void meetAll() {
    if (!agree) {
      for (Clock clock : ofWarps) {
        common = clock == null ? common : common.join(clock);
      }
      for (Clock clock : ofThreads) {
        common = clock == null ? common : common.join(clock);
      }
      forgetSingles();
    }
    if (haveTold) {
      carry();
    }
    base = now;
    advance();
  }

  private void carry() {
    for (int thread = 0; thread < released.length; thread++) {
      if (released[thread] != null && releasedWidely[thread]) {
        commonReleased = commonReleased.join(released[thread]);
      }
      if (seen[thread] != null) {
        commonSeen = commonSeen.join(seen[thread]);
      }
    }
    for (int warp = 0; warp < ofWarps.length; warp++) {
      int first = warp * WARP;
      boolean isWhole = true;
      for (int thread = first; thread < Math.min(first + WARP, released.length); thread++) {
        isWhole &= released[thread] != null && releasedWidely[thread] && releaseTimes[thread] == releaseTimes[first];
      }
      for (int thread = first; thread < Math.min(first + WARP, released.length) && !isWhole; thread++) {
        if (released[thread] != null && releasedWidely[thread]) {
          commonReleased = commonReleased.with(Clock.thread(life, thread), releaseTimes[thread]);
        }
      }
      commonReleased = isWhole ? commonReleased.with(Clock.warp(life, warp), releaseTimes[first]) : commonReleased;
    }
    haveTold = false;
  }

  /** What lanes of a warp know beyond what all threads of the block know, and what they have done until now. */
  Clock singles(Warp warp, int lanes) {
    int index = warp.index;
    Clock clock = ofWarps[index] == null ? Clock.EMPTY : ofWarps[index];
    if (haveThreads[index]) {
      for (int rest = lanes; rest != 0; rest &= rest - 1) {
        Clock own = ofThreads[index * WARP + Integer.numberOfTrailingZeros(rest)];
        clock = own == null ? clock : clock.join(own);
      }
    }
    if (lanes == warp.paths.live()) {
      return clock.with(Clock.warp(life, index), now);
    }
    clock = clock.with(Clock.warp(life, index), withinWarps[index]);
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      clock = clock.with(Clock.thread(life, index * WARP + Integer.numberOfTrailingZeros(rest)), now);
    }
    return clock;
  }

  /** What a thread has done until now, and nothing of what it knows. */
  Clock deeds(int thread) {
    return Clock.EMPTY.with(Clock.thread(life, thread), now);
  }

  /** Lanes of a warp learn something. */
  void learn(Warp warp, int lanes, Clock clock) {
    if (clock.isEmpty()) {
      return;
    }
    agree = false;
    int index = warp.index;
    if (lanes == warp.paths.live()) {
      ofWarps[index] = ofWarps[index] == null ? clock : ofWarps[index].join(clock);
      return;
    }
    haveThreads[index] = true;
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int thread = index * WARP + Integer.numberOfTrailingZeros(rest);
      ofThreads[thread] = ofThreads[thread] == null ? clock : ofThreads[thread].join(clock);
    }
  }

  /** What happens from now on is later than all that was. */
  void pass() {
    advance();
  }

  /** Lanes of a warp have waited for each other. */
  void meet(Warp warp, int lanes) {
    int index = warp.index;
    if (lanes != warp.paths.live()) {
      learn(warp, lanes, singles(warp, lanes));
    } else {
      if (haveThreads[index]) {
        Clock clock = ofWarps[index] == null ? Clock.EMPTY : ofWarps[index];
        for (int thread = index * WARP; thread < index * WARP + WARP; thread++) {
          clock = ofThreads[thread] == null ? clock : clock.join(ofThreads[thread]);
          ofThreads[thread] = null;
        }
        ofWarps[index] = clock;
        haveThreads[index] = false;
      }
      withinWarps[index] = now;
    }
    advance();
  }

  // Fences and strong accesses

  /** Lanes execute a fence, or an access that is one. */
  void fence(Warp warp, int lanes, MemoryOrder order) {
    if (order.acquires()) {
      for (int rest = lanes; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        Clock[] from = order.isWide() ? seen : seenNearby;
        Clock clock = from[warp.index * WARP + lane];
        if (clock != null) {
          learnAlone(warp, lane, clock);
        }
      }
      if (order.isWide() && !commonSeen.isEmpty()) {
        learn(warp, lanes, commonSeen);
      }
    }
    if (order.releases()) {
      haveTold = true;
      Clock shared = common.with(Clock.block(life), base);
      Clock own = ofWarps[warp.index] == null ? shared : shared.join(ofWarps[warp.index]);
      Clock known = own.with(Clock.warp(life, warp.index), withinWarps[warp.index]);
      for (int rest = lanes; rest != 0; rest &= rest - 1) {
        int thread = warp.index * WARP + Integer.numberOfTrailingZeros(rest);
        released[thread] = ofThreads[thread] == null ? known : known.join(ofThreads[thread]);
        releaseTimes[thread] = now;
        releasedWidely[thread] = order.isWide();
      }
    }
    advance();
  }

  private void learnAlone(Warp warp, int lane, Clock clock) {
    int thread = warp.index * WARP + lane;
    Clock known = ofThreads[thread];
    Clock joined = known == null ? clock : known.join(clock);
    if (joined != known) {
      ofThreads[thread] = joined;
      haveThreads[warp.index] = true;
      agree = false;
    }
  }

  /** Whether a strong store of the thread tells others something. */
  boolean tells(int thread) {
    return released[thread] != null || !commonReleased.isEmpty();
  }

  /** A thread has stored by a strong access, of the given width, what tells others of its last release. */
  void tell(int thread, SyncPlace place, boolean toAll, boolean isAtomic) {
    if (released[thread] != null) {
      Clock clock = released[thread].with(Clock.thread(life, thread), releaseTimes[thread]);
      place.tell(clock, life, toAll && releasedWidely[thread], isAtomic);
    }
    if (!commonReleased.isEmpty()) {
      place.tell(commonReleased, life, toAll, isAtomic || released[thread] != null);
    }
  }

  /** A thread sees what was stored at a place. */
  void see(Warp warp, int lane, SyncPlace place, MemoryOrder order) {
    int thread = warp.index * WARP + lane;
    Clock nearby = place.nearby(life);
    Clock all = order.isWide() ? place.everything(life) : nearby;
    seenNearby[thread] = join(seenNearby[thread], nearby);
    seen[thread] = join(seen[thread], all);
    haveTold |= seen[thread] != null;
    if (order.acquires() && !all.isEmpty()) {
      learnAlone(warp, lane, all);
      advance();
    }
  }

  private static Clock join(Clock known, Clock clock) {
    return clock.isEmpty() ? known : known == null ? clock : known.join(clock);
  }
}
