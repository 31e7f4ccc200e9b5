package nibble.emulator.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a block's threads and the async proxy do to the same shared memory (PTX ISA, "Proxies" and
 * "Async proxy"): {@code wgmma}, bulk and tensor copies see what threads have stored only behind a
 * {@code fence.proxy.async}, and {@code wgmma} reads until its group is waited for.
 *
 * <pre>
 *   st.shared [x]          generic[x] = who, when
 *   fence.proxy.async      who has fenced, when; or all have, if all knew the store by then
 *   wgmma ... x            a store of x that nobody has fenced since is missed
 *   wgmma.commit_group     the group has x
 *   st.shared [x]          changes what is being read
 *   wgmma.wait_group 0     x is no longer read
 * </pre>
 *
 * <p>Only the order of this run counts here: a fence on either side of the barrier between the store and the read will
 * do, and so will one of a third thread that knew of the store as all did.
 */
final class AsyncProxy {
  private static final int CHUNK_BITS = 4;
  private static final int WARP = 32;

  /** Nobody has stored by the generic proxy since the async proxy did. */
  private static final int NEVER = 0;

  /**
   * What one {@code wgmma} reads.
   *
   * @param chunks of 16 bytes of shared memory
   * @param time of the race finder's clocks when it was issued
   */
  record Reading(BitSet chunks, int site, int time) {}

  private final int[] stored;
  private final int[] storers;
  private final int[] storeSites;
  private final int[] fenced;
  private final List<List<Reading>> open = new ArrayList<>();
  private final List<Deque<List<Reading>>> committed = new ArrayList<>();
  private int now = 1;
  private int allMet;
  private int fencedByAll;
  private int underWay;

  AsyncProxy(long bytes, int warps) {
    int chunks = Math.toIntExact(bytes >> CHUNK_BITS) + 1;
    stored = new int[chunks];
    storers = new int[chunks];
    storeSites = new int[chunks];
    fenced = new int[warps * WARP];
    for (int warp = 0; warp < warps; warp++) {
      open.add(new ArrayList<>());
      committed.add(new ArrayDeque<>());
    }
  }

  /** The block starts. */
  void start() {
    Arrays.fill(stored, NEVER);
    Arrays.fill(fenced, 0);
    open.forEach(List::clear);
    committed.forEach(Deque::clear);
    now = 1;
    allMet = 0;
    fencedByAll = 0;
    underWay = 0;
  }

  /** All threads of the block have waited for each other. */
  void allMet() {
    allMet = now++;
  }

  /** Lanes of a warp execute a fence between the proxies. */
  void fence(int warp, int lanes) {
    fencedByAll = allMet;
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      fenced[warp * WARP + Integer.numberOfTrailingZeros(rest)] = now;
    }
    now++;
  }

  /** A thread stores by the generic proxy. */
  void stored(int thread, long offset, int bytes, int site) {
    for (int chunk = chunk(offset); chunk <= chunk(offset + bytes - 1); chunk++) {
      stored[chunk] = now;
      storers[chunk] = thread;
      storeSites[chunk] = site;
    }
  }

  /** The async proxy stores. */
  void copied(long offset, int bytes) {
    Arrays.fill(stored, chunk(offset), chunk(offset + bytes - 1) + 1, NEVER);
  }

  /** The site of a store that a thread which reads by the async proxy need not see, or -1. */
  int missed(int thread, long offset, int bytes) {
    for (int chunk = chunk(offset); chunk <= chunk(offset + bytes - 1); chunk++) {
      int time = stored[chunk];
      if (time > fencedByAll && time > fenced[storers[chunk]] && time > fenced[thread]) {
        return storeSites[chunk];
      }
    }
    return -1;
  }

  /** The thread that stored at an offset last. */
  int storer(long offset) {
    return storers[chunk(offset)];
  }

  // Groups of warpgroup instructions

  void issued(int warp, Reading reading) {
    open.get(warp).add(reading);
    underWay++;
  }

  void committed(int warp) {
    committed.get(warp).add(List.copyOf(open.get(warp)));
    open.get(warp).clear();
  }

  /** A warp has waited until at most so many of its groups are under way; tells of each reading that is over. */
  void awaited(int warp, int pending, Consumer<Reading> over) {
    Deque<List<Reading>> groups = committed.get(warp);
    while (groups.size() > pending) {
      List<Reading> group = groups.remove();
      underWay -= group.size();
      group.forEach(over);
    }
  }

  /** The first reading of a warp that nobody has waited for; null if there is none. */
  Reading unfinished(int warp) {
    for (List<Reading> group : committed.get(warp)) {
      if (!group.isEmpty()) {
        return group.getFirst();
      }
    }
    return open.get(warp).isEmpty() ? null : open.get(warp).getFirst();
  }

  /** The warp that still reads something of a stretch of shared memory, or -1. */
  int reader(long offset, int bytes) {
    for (int warp = 0; warp < open.size() && underWay > 0; warp++) {
      if (reading(warp, offset, bytes) != null) {
        return warp;
      }
    }
    return -1;
  }

  /** What a warp still reads of a stretch; null if nothing. */
  Reading reading(int warp, long offset, int bytes) {
    for (List<Reading> group : committed.get(warp)) {
      for (Reading reading : group) {
        if (touches(reading, offset, bytes)) {
          return reading;
        }
      }
    }
    for (Reading reading : open.get(warp)) {
      if (touches(reading, offset, bytes)) {
        return reading;
      }
    }
    return null;
  }

  private static boolean touches(Reading reading, long offset, int bytes) {
    int first = reading.chunks.nextSetBit(chunk(offset));
    return first >= 0 && first <= chunk(offset + bytes - 1);
  }

  private static int chunk(long offset) {
    return (int) (offset >> CHUNK_BITS);
  }
}
