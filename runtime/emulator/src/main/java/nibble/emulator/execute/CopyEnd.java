package nibble.emulator.execute;

/**
 * Memory that an asynchronous copy or reduction still needs, until the thread that has issued it may touch it again.
 *
 * @param warp whose lane has issued it
 * @param isShared whether the memory is the block's own
 * @param starts of its pieces, which are all as long: offsets in shared memory, or addresses in global memory
 * @param bytes of each piece
 */
public record CopyEnd(Warp warp, int lane, Role role, boolean isShared, long[] starts, long bytes, int site) {
  /** What a copy does there. */
  public enum Role {
    /** It is read. */
    SOURCE,
    /** It is written. */
    TARGET,
    /** Its elements are changed atomically. */
    REDUCED
  }

  /** Whether a piece has a byte in common with a stretch. */
  public boolean touches(long at, long size) {
    boolean touches = false;
    for (int i = 0; i < starts.length && !touches; i++) {
      touches = at < starts[i] + bytes && starts[i] < at + size;
    }
    return touches;
  }
}
