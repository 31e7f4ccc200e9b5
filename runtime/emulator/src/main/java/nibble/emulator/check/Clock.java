package nibble.emulator.check;

import java.util.Arrays;

/**
 * What a thread knows of others: for each, up to which time of its block it happened before. Immutable.
 *
 * <p>A vector clock over all threads of a grid would be large; but threads of a block nearly always learn of each other
 * together. So what is known is kept for whole blocks, for warps and for threads, and a thread is known up to the
 * latest of the three.
 */
final class Clock {
  static final Clock EMPTY = new Clock(new long[0], new int[0]);

  /** Threads of a block come first in its keys, then its warps, then all of it. */
  private static final int WARP = 1024;
  private static final int ALL = 2047;
  private static final int UNIT_BITS = 11;

  private final long[] keys;
  private final int[] times;

  private Clock(long[] keys, int[] times) {
    this.keys = keys;
    this.times = times;
  }

  static long block(int life) {
    return (long) life << UNIT_BITS | ALL;
  }

  static long warp(int life, int warp) {
    return (long) life << UNIT_BITS | WARP + warp;
  }

  static long thread(int life, int thread) {
    return (long) life << UNIT_BITS | thread;
  }

  boolean isEmpty() {
    return keys.length == 0;
  }

  private int time(long key) {
    int index = Arrays.binarySearch(keys, key);
    return index < 0 ? 0 : times[index];
  }

  /** Up to which time a thread is known. */
  int ofThread(int life, int thread) {
    return isEmpty()
        ? 0
        : Math.max(ofBlock(life), Math.max(time(warp(life, thread >> 5)), time(thread(life, thread))));
  }

  /** Up to which time all threads of a block are known. */
  int ofBlock(int life) {
    return time(block(life));
  }

  /** This and one more. */
  Clock with(long key, int time) {
    if (time <= time(key)) {
      return this;
    }
    return join(new Clock(new long[] {key}, new int[] {time}));
  }

  /** What either knows. */
  Clock join(Clock other) {
    if (other == this || other.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    long[] joined = new long[keys.length + other.keys.length];
    int[] latest = new int[joined.length];
    int count = 0;
    int i = 0;
    int j = 0;
    while (i < keys.length || j < other.keys.length) {
      boolean first = j == other.keys.length || i < keys.length && keys[i] <= other.keys[j];
      boolean second = i == keys.length || j < other.keys.length && other.keys[j] <= keys[i];
      joined[count] = first ? keys[i] : other.keys[j];
      latest[count++] = Math.max(first ? times[i] : 0, second ? other.times[j] : 0);
      i += first ? 1 : 0;
      j += second ? 1 : 0;
    }
    return new Clock(Arrays.copyOf(joined, count), Arrays.copyOf(latest, count));
  }

  @Override
  public String toString() {
    return Arrays.toString(keys) + Arrays.toString(times);
  }
}
