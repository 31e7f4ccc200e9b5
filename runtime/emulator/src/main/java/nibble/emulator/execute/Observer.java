package nibble.emulator.execute;

import java.lang.foreign.MemorySegment;

/**
 * Watches what kernels do. Code that is compiled for a launch with an observer calls it; other code has no trace of it.
 * One observer sees one block at a time, but blocks run at the same time, so {@link #forBlock} may be called from any
 * thread.
 */
public interface Observer {
  /** How memory is accessed. */
  enum Access {
    READ,
    WRITE,
    ATOMIC
  }

  /** What watches one block. */
  interface BlockObserver {
    /**
     * Lanes are about to access memory. The addresses are checked already.
     *
     * @param memory what they access: the memory of one allocation, the block's shared memory, or the local memory of
     *     the warp's threads, one behind the other; loads of parameters by name are not told
     * @param offsets for each lane the offset in it
     * @param bytes of each lane's access
     * @param site number of the instruction's site
     */
    void access(
        Warp warp, int lanes, Access access, MemorySegment memory, long[] offsets, int bytes, int site);

    /** A barrier of the block is complete: what its threads did before it happened before what they do now. */
    void barrier(ThreadBlock block);
  }

  /** What watches a block that starts now. */
  BlockObserver forBlock(ThreadBlock block);
}
