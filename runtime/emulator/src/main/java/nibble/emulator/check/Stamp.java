package nibble.emulator.check;

/**
 * Who accessed memory, when and how, in 64 bits. Time is counted for each block, by the events that order its threads.
 * A block is named by its life: a number that is not used again, from one.
 *
 * <pre>
 *   63     62..60   59..32   31..10   9..0
 *   set    deed     life     time     thread
 * </pre>
 *
 * <p>Where several threads have accessed a cell and nothing orders them, the highest bit is set, and the rest is the
 * number of a set; see {@link AccessSets}.
 */
final class Stamp {
  /** Nobody has accessed. */
  static final long NONE = 0;

  static final int LAST_TIME = (1 << 22) - 1;
  static final int LAST_LIFE = (1 << 28) - 1;
  static final int THREADS = 1 << 10;

  private static final int DEED = 60;
  private static final int LIFE = 32;
  private static final int TIME = 10;
  private static final long SET = Long.MIN_VALUE;
  private static final long WHO_AND_WHEN = (1L << DEED) - 1;
  private static final long WHO = ~0L << LIFE & WHO_AND_WHEN | THREADS - 1;

  private Stamp() {}

  static long of(int deed, int life, int time, int thread) {
    return (long) deed << DEED | (long) life << LIFE | (long) time << TIME | thread;
  }

  static int deed(long stamp) {
    return (int) (stamp >>> DEED) & 7;
  }

  static int life(long stamp) {
    return (int) ((stamp & WHO_AND_WHEN) >>> LIFE);
  }

  static int time(long stamp) {
    return (int) stamp >>> TIME;
  }

  static int thread(long stamp) {
    return (int) stamp & THREADS - 1;
  }

  static boolean isSameThread(long a, long b) {
    return ((a ^ b) & WHO) == 0;
  }

  static long withDeed(long stamp, int deed) {
    return stamp & WHO_AND_WHEN | (long) deed << DEED;
  }

  /** The same by the first lane of the warp. */
  static long ofWarp(long stamp) {
    return stamp & ~31L;
  }

  /** The same by the first thread of the block, for any of it. */
  static long ofBlock(long stamp) {
    return stamp & ~(THREADS - 1L);
  }

  /** The stamp without its deed: those of one block are neighbours, and ascend with time. */
  static long when(long stamp) {
    return stamp & WHO_AND_WHEN;
  }

  static boolean isSet(long stamp) {
    return stamp < 0;
  }

  static long set(long number) {
    return SET | number;
  }

  static long number(long set) {
    return set & ~SET;
  }
}
