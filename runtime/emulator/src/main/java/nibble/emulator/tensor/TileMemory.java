package nibble.emulator.tensor;

/**
 * One large array for all that a worker's tile multiplications keep, of which each vector lies in one line of the
 * cache.
 *
 * <p>The JVM aligns arrays to eight bytes, so nearly every vector of 64 bytes lies in two lines, and takes twice as
 * long. But G1, which is what the JVM collects garbage with unless told otherwise, gives an array of more than half a
 * region regions of its own, and never moves it: it starts where a region does. Where an array starts elsewhere,
 * because there is another collector or objects have other headers, all that is lost is time.
 */
final class TileMemory {
  /** Numbers in a line, and in the largest vector. */
  static final int LINE = 16;

  /** An array's header has 16 bytes, so its numbers reach the next line after 48. */
  private static final int START = 12;

  private static final int REGIONS = 2048;
  private static final long LARGEST_REGION = 32 << 20;

  final int[] words;
  private int next = START;

  /** Memory for so many numbers, of all that are {@link #place}d. */
  TileMemory(int count) {
    words = new int[Math.max(START + count, large())];
  }

  /** As many numbers as a region of G1 half has, and one more: the heap has 2048 of them, up to a power of two. */
  private static int large() {
    long region = Math.min(Runtime.getRuntime().maxMemory() / REGIONS, LARGEST_REGION);
    return (Integer.highestOneBit((int) Math.max(region - 1, 1)) << 1) / 2 / Integer.BYTES + 1;
  }

  /** Where so many numbers are, from the start of a line on. */
  int place(int count) {
    int at = next;
    next += (count + LINE - 1) / LINE * LINE;
    return at;
  }
}
