package nibble.emulator.check;

/**
 * What an access did, as stamps hold it. Strong accesses are atomics and those that are volatile, relaxed, acquire or
 * release; they are of a scope, the block or all (PTX ISA, "Memory Consistency Model").
 */
final class Deed {
  static final int READ = 0;
  static final int STRONG_READ_IN_BLOCK = 1;
  static final int STRONG_READ = 2;
  /** Stored what was there already. */
  static final int SILENT_WRITE = 3;
  static final int ATOMIC_IN_BLOCK = 4;
  /** An atomic operation, or a strong store. */
  static final int ATOMIC = 5;
  static final int WRITE = 6;
  /** A copy to here has been issued and not waited for. */
  static final int COPY = 7;

  private static final String[] TEXTS = {
    "read", "read", "read", "written", "updated", "updated", "written", "copied to"
  };

  private Deed() {}

  static String text(int deed) {
    return TEXTS[deed];
  }

  static boolean isAtomic(int deed) {
    return deed == ATOMIC || deed == ATOMIC_IN_BLOCK;
  }

  static boolean isStrong(int deed) {
    return deed == STRONG_READ || deed == STRONG_READ_IN_BLOCK || isAtomic(deed);
  }

  private static boolean isRead(int deed) {
    return deed <= STRONG_READ;
  }

  private static boolean isOfBlock(int deed) {
    return deed == STRONG_READ_IN_BLOCK || deed == ATOMIC_IN_BLOCK;
  }

  /**
   * Whether two accesses that nothing orders are a race. Two strong ones are none where both are of a scope that holds
   * both threads.
   */
  static boolean conflicts(int a, int b, boolean inOneBlock) {
    if (isRead(a) && isRead(b)) {
      return false;
    }
    if (a == WRITE || b == WRITE || a == COPY || b == COPY) {
      return true;
    }
    if (isStrong(a) && isStrong(b)) {
      return !inOneBlock && (isOfBlock(a) || isOfBlock(b));
    }
    // What is left are silent writes and reads, strong or not: only what changes memory can harm them.
    return isAtomic(a) || isAtomic(b);
  }

  /** Whether whatever conflicts with an access conflicts with a later one, too, which need not be remembered then. */
  static boolean covers(int later, int earlier) {
    return later == earlier || later == ATOMIC && earlier == STRONG_READ;
  }
}
