package nibble.emulator.execute;

/**
 * The state of an mbarrier as 64 bits of shared memory (PTX ISA, "mbarrier"). PTX leaves the layout open; here it is,
 * from the lowest bit up: bytes that transactions still have to move (21, signed), arrivals that the phase still waits
 * for (20), arrivals that a phase waits for (20), the phase's parity, and a mark that tells an mbarrier from other
 * memory.
 */
public final class Mbarrier {
  /** The largest count. */
  public static final int MOST = (1 << 20) - 1;

  private static final int PENDING = 21;
  private static final int EXPECTED = 41;
  private static final int PARITY = 61;
  private static final long MARK = 0b10L << 62;
  private static final long MARK_BITS = 0b11L << 62;

  private Mbarrier() {}

  /** An mbarrier in its first phase, whose parity is 0. */
  public static long of(int count) {
    return MARK | (long) count << EXPECTED | (long) count << PENDING;
  }

  /** Whether these are bits of an mbarrier that was initialised and not invalidated. */
  public static boolean isValid(long state) {
    return (state & MARK_BITS) == MARK;
  }

  /** Parity of the phase that is not complete. */
  public static int parity(long state) {
    return (int) (state >>> PARITY) & 1;
  }

  /** Arrivals that the phase still waits for. */
  public static int pending(long state) {
    return (int) (state >>> PENDING) & MOST;
  }

  /** Arrivals that each phase waits for. */
  public static int expected(long state) {
    return (int) (state >>> EXPECTED) & MOST;
  }

  /** Bytes that transactions have been announced to move in the phase, less those that they have moved. */
  public static int bytes(long state) {
    return (int) state << 11 >> 11;
  }

  private static long with(long state, int parity, int expected, int pending, int bytes) {
    return state & MARK_BITS
        | (long) parity << PARITY
        | (long) expected << EXPECTED
        | (long) pending << PENDING
        | bytes & (1L << PENDING) - 1;
  }

  /** The state once so many more bytes are expected, or fewer; the phase may be complete then. */
  public static long expect(long state, int bytes) {
    return with(state, parity(state), expected(state), pending(state), bytes(state) + bytes);
  }

  /**
   * The state once threads have arrived; the phase may be complete then.
   *
   * @param drops whether later phases do not wait for them
   */
  public static long arrive(long state, int count, boolean drops) {
    int expected = expected(state) - (drops ? count : 0);
    return with(state, parity(state), expected, pending(state) - count, bytes(state));
  }

  /** Whether nothing is left to wait for. */
  public static boolean isComplete(long state) {
    return pending(state) == 0 && bytes(state) == 0;
  }

  /** The next phase. */
  public static long next(long state) {
    return with(state, parity(state) ^ 1, expected(state), expected(state), 0);
  }
}
