package nibble.emulator.check;

import java.util.Arrays;

/**
 * Sets of accesses of one cell that nothing orders: the readers of a tile, say, or the atomics on a counter. A set is a
 * chain of entries, the latest first; an entry is what some lanes of a warp did at one time. Cells with the same
 * accesses share a set, so that adding an access that was added to the same set before is one look-up.
 *
 * <p>Once threads of several blocks are in a set, its entries stand for whole blocks: which of their threads it was is
 * not known any more.
 */
final class AccessSets {
  /** What those threads know who access now. */
  interface Knowledge {
    /** Whether a thread's access happened before what all of them do now. */
    boolean knows(long stamp);

    /** Whether all that threads of a block did up to a time happened before. */
    boolean knowsBlock(int life, int time);

    /** Whether all threads that can access the memory will always know an access. */
    boolean isPast(long stamp);
  }

  /** Entries beyond which accesses are forgotten rather than kept. */
  private static final int LIMIT = 1 << 22;
  private static final int MOST_REMEMBERED = 1 << 20;
  private static final int FIRST_CAPACITY = 64;
  private static final int WARP = 32;
  /** In place of a set: only what was added has to be remembered. */
  private static final long ALONE = 1;

  private int[] rests = new int[FIRST_CAPACITY];
  private long[] stamps = new long[FIRST_CAPACITY];
  private int[] lanes = new int[FIRST_CAPACITY];
  private int[] sites = new int[FIRST_CAPACITY];
  private boolean[] ofBlocks = new boolean[FIRST_CAPACITY];
  private int count;
  /**
   * What the number of a set is less than its chain's: sets that were made before the last clearing have lower numbers.
   */
  private long cleared;
  private boolean overflowed;

  // Additions that were made before: what to what, with what result.
  private long[] keys = new long[4 * FIRST_CAPACITY];
  private long[] results = new long[FIRST_CAPACITY];
  private int known;
  private final long[] last = new long[4];
  private long lastResult;

  /** Forgets all sets: every one of their accesses is known to whoever comes now. */
  void clear() {
    cleared += count;
    count = 0;
    if (known > 0) {
      Arrays.fill(results, 0);
      known = 0;
    }
    lastResult = 0;
  }

  /** Whether a set was made since the last {@link #clear}; of others all accesses are known. */
  boolean isLive(long set) {
    return Stamp.number(set) > cleared;
  }

  /** The chain of a set; 0 where all of its accesses are known. */
  int chain(long set) {
    return isLive(set) ? (int) (Stamp.number(set) - cleared) : 0;
  }

  private long set(int chain) {
    return Stamp.set(cleared + chain);
  }

  /** Whether accesses were forgotten because there were too many. */
  boolean isIncomplete() {
    return overflowed;
  }

  /** The chain without its latest entry; 0 if it has no other. */
  int rest(int chain) {
    return rests[chain - 1];
  }

  /** The latest entry's access, by the first lane of its warp. */
  long stamp(int chain) {
    return stamps[chain - 1];
  }

  /** The lanes of that warp. */
  int lanes(int chain) {
    return lanes[chain - 1];
  }

  /** Where that access stands in the program. */
  int site(int chain) {
    return sites[chain - 1];
  }

  /** Whether the entry stands for any of its block. */
  boolean isOfBlock(int chain) {
    return ofBlocks[chain - 1];
  }

  /** The lanes of a chain's latest entry whose accesses are not known; all of them for an entry of a block. */
  int unknown(Knowledge threads, int chain) {
    long stamp = stamp(chain);
    if (isOfBlock(chain)) {
      return threads.knowsBlock(Stamp.life(stamp), Stamp.time(stamp)) ? 0 : -1;
    }
    int unknown = 0;
    for (int rest = lanes(chain); rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      unknown |= threads.knows(stamp + lane) ? 0 : 1 << lane;
    }
    return unknown;
  }

  /**
   * Adds an access.
   *
   * @param old a set, a single stamp that is there already, or none
   * @param oldSite where the single one stands
   * @param mine the access, by any of its lanes
   * @param who its lanes
   * @return a set, or a single stamp if only that has to be remembered
   */
  long add(Knowledge threads, long old, int oldSite, long mine, int who, int site) {
    if (count > LIMIT) {
      overflowed = true;
      clear();
    }
    boolean isSet = Stamp.isSet(old);
    boolean isForeign =
        isSet
            ? isLive(old) && isOfBlock(chain(old))
            : old != Stamp.NONE && Stamp.life(old) != Stamp.life(mine);
    long before = isForeign && !isSet ? Stamp.ofBlock(old) : old;
    long after = isForeign ? Stamp.ofBlock(mine) : Stamp.ofWarp(mine);
    int whom = isForeign ? 1 : who;
    long places = (long) (isSet ? 0 : oldSite) << 32 | site;
    if (lastResult == 0 || last[0] != before || last[1] != after || last[2] != whom || last[3] != places) {
      int slot = find(before, after, whom, places);
      long result = results[slot];
      if (result == 0) {
        result = build(threads, before, oldSite, isForeign, after, whom, site);
        remember(before, after, whom, places, result);
      }
      last[0] = before;
      last[1] = after;
      last[2] = whom;
      last[3] = places;
      lastResult = result;
    }
    return lastResult == ALONE ? add(threads, Stamp.NONE, 0, mine, who, site) : lastResult;
  }

  private int find(long before, long after, int whom, long places) {
    long hash = (before * 0x9e3779b97f4a7c15L ^ after) * 0xc2b2ae3d27d4eb4fL;
    hash = (hash ^ hash >>> 29 ^ whom) * 0x165667b19e3779f9L ^ places * 0x27d4eb2f165667c5L;
    int slot = (int) (hash ^ hash >>> 32) & results.length - 1;
    while (results[slot] != 0 && !isKey(slot, before, after, whom, places)) {
      slot = slot + 1 & results.length - 1;
    }
    return slot;
  }

  private boolean isKey(int slot, long before, long after, int whom, long places) {
    return keys[4 * slot] == before && keys[4 * slot + 1] == after && keys[4 * slot + 2] == whom
        && keys[4 * slot + 3] == places;
  }

  private void remember(long before, long after, int whom, long places, long result) {
    if (known == MOST_REMEMBERED) {
      Arrays.fill(results, 0);
      known = 0;
    }
    if (2 * ++known > results.length) {
      grow();
    }
    int slot = find(before, after, whom, places);
    keys[4 * slot] = before;
    keys[4 * slot + 1] = after;
    keys[4 * slot + 2] = whom;
    keys[4 * slot + 3] = places;
    results[slot] = result;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldResults = results;
    keys = new long[2 * oldKeys.length];
    results = new long[2 * oldResults.length];
    for (int i = 0; i < oldResults.length; i++) {
      if (oldResults[i] != 0) {
        int slot =
            find(oldKeys[4 * i], oldKeys[4 * i + 1], (int) oldKeys[4 * i + 2], oldKeys[4 * i + 3]);
        System.arraycopy(oldKeys, 4 * i, keys, 4 * slot, 4);
        results[slot] = oldResults[i];
      }
    }
  }

  /** Puts a chain together without what need not be remembered. */
  private long build(
      Knowledge threads, long old, int oldSite, boolean isForeign, long mine, int who, int site) {
    int chain = 0;
    if (Stamp.isSet(old)) {
      chain = chain(old);
    } else if (old != Stamp.NONE) {
      int lane = Stamp.thread(old) % WARP;
      chain = isForeign ? entry(0, old, 1, oldSite, true) : entry(0, old - lane, 1 << lane, oldSite, false);
    }
    int kept = keep(threads, chain, mine, who);
    if (kept == 0) {
      boolean isSingle = (who & who - 1) == 0;
      return isForeign
          ? ALONE
          : isSingle
              ? mine + Integer.numberOfTrailingZeros(who)
              : set(entry(0, mine, who, site, false));
    }
    boolean becomesForeign = isForeign;
    for (int set = kept; set != 0 && !becomesForeign; set = rest(set)) {
      becomesForeign = Stamp.life(stamp(set)) != Stamp.life(mine);
    }
    if (becomesForeign) {
      return set(withBlock(ofBlocks(kept), Stamp.ofBlock(mine), site));
    }
    boolean isHead = stamp(kept) == mine && site(kept) == site;
    return set(
        isHead ? entry(rest(kept), mine, lanes(kept) | who, site, false) : entry(kept, mine, who, site, false));
  }

  /** The entries of a chain, the latest first. */
  private int[] entries(int chain) {
    int count = 0;
    for (int set = chain; set != 0; set = rest(set)) {
      count++;
    }
    int[] entries = new int[count];
    for (int set = chain, i = 0; set != 0; set = rest(set)) {
      entries[i++] = set;
    }
    return entries;
  }

  /** The chain without the entries that the new access makes superfluous; the same chain if there is none. */
  private int keep(Knowledge threads, int chain, long mine, int who) {
    int kept = 0;
    int[] entries = entries(chain);
    for (int i = entries.length - 1; i >= 0; i--) {
      int set = entries[i];
      if (!isSuperfluous(threads, set, mine, who)) {
        kept =
            kept == rest(set) ? set : entry(kept, stamp(set), lanes(set), site(set), isOfBlock(set));
      }
    }
    return kept;
  }

  private boolean isSuperfluous(Knowledge threads, int set, long mine, int who) {
    long stamp = stamp(set);
    if (!isOfBlock(set) && threads.isPast(stamp)) {
      return true;
    }
    if (!Deed.covers(Stamp.deed(mine), Stamp.deed(stamp))) {
      return false;
    }
    boolean isMine = !isOfBlock(set) && Stamp.isSameThread(stamp, mine) && (lanes(set) & ~who) == 0;
    return isMine || unknown(threads, set) == 0;
  }

  /** The chain with entries of blocks only. */
  private int ofBlocks(int chain) {
    int blocks = 0;
    int[] entries = entries(chain);
    for (int i = entries.length - 1; i >= 0; i--) {
      int set = entries[i];
      boolean isThere = isOfBlock(set) && blocks == rest(set);
      blocks = isThere ? set : withBlock(blocks, Stamp.ofBlock(stamp(set)), site(set));
    }
    return blocks;
  }

  /** Adds an access of a block, unless the chain has a later one of that block and deed. */
  private int withBlock(int chain, long any, int site) {
    for (int set = chain; set != 0; set = rest(set)) {
      long there = stamp(set);
      if (Stamp.life(there) == Stamp.life(any) && Stamp.deed(there) == Stamp.deed(any)
          && Stamp.time(there) >= Stamp.time(any)) {
        return chain;
      }
    }
    return entry(chain, any, 1, site, true);
  }

  private int entry(int rest, long stamp, int who, int site, boolean ofBlock) {
    if (count == stamps.length) {
      rests = Arrays.copyOf(rests, 2 * count);
      stamps = Arrays.copyOf(stamps, 2 * count);
      lanes = Arrays.copyOf(lanes, 2 * count);
      sites = Arrays.copyOf(sites, 2 * count);
      ofBlocks = Arrays.copyOf(ofBlocks, 2 * count);
    }
    rests[count] = rest;
    stamps[count] = stamp;
    lanes[count] = who;
    sites[count] = site;
    ofBlocks[count] = ofBlock;
    return ++count;
  }
}
