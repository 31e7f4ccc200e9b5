package nibble.emulator.execute;

import java.util.BitSet;
import nibble.emulator.memory.AddressResolver;

/**
 * Watches what kernels do. Code that is compiled for a launch with an observer calls it; other code has no trace of it.
 * One block observer sees one block at a time, but blocks may run at the same time, so {@link #forBlock} may be called
 * from any thread. A block's object is used for one block after the other.
 */
@FunctionalInterface
public interface Observer {
  /** What watches a block that starts now. */
  BlockObserver forBlock(ThreadBlock block);

  /**
   * What watches one block. Memory is told by an {@link AddressResolver}, whose last round gives the space, the
   * allocation and the lanes' offsets; the addresses are checked already. Loads of parameters by name are not told.
   */
  interface BlockObserver {
    /** Lanes are about to read so many bytes each. */
    default void read(Warp warp, int lanes, AddressResolver place, int bytes, int site) {}

    /** Lanes are about to write so many bytes each. */
    default void write(Warp warp, int lanes, AddressResolver place, int bytes, StoredValues values, int site) {}

    /**
     * Lanes have accessed memory atomically.
     *
     * @param written those that have written: a comparison that failed has only read
     */
    default void update(Warp warp, int lanes, int written, AddressResolver place, int bytes, int site) {}

    /** Lanes have read memory atomically, and all at once: nothing is written, so none waits for another. */
    default void asked(Warp warp, int lanes, AddressResolver place, int bytes, int site) {
      update(warp, lanes, 0, place, bytes, site);
    }

    /**
     * Lanes have issued copies to shared memory that complete later.
     *
     * @param destinations offset in shared memory by lane
     * @param data what will be written, {@code bytes} for each lane
     */
    default void copyIssued(Warp warp, int lanes, long[] destinations, byte[] data, int bytes, int site) {}

    /** Copies are complete; the lanes that have issued them know. */
    default void copyCompleted(Warp warp, int lanes, long[] destinations, int bytes) {}

    /**
     * A lane has issued a write of shared memory that completes later and by itself, when an mbarrier tells.
     *
     * @param starts offsets of its pieces, which are all as long
     */
    default void bulkIssued(Warp warp, int lane, long[] starts, int bytes, int site) {}

    /** Such a write is complete: it happened before what those do that see the mbarrier's phase complete. */
    default void bulkCompleted(Warp warp, int lane, long[] starts, int bytes, long mbarrier) {}

    /** An asynchronous copy or reduction needs some memory from now on, which it was told to access. */
    default void copyHolds(CopyEnd end) {}

    /** It no longer needs it: its thread has waited, or somebody has asked its mbarrier. */
    default void copyReleases(CopyEnd end) {}

    /**
     * A warp has issued a {@code wgmma}, which goes on until its group is waited for. What it reads is told as reads,
     * too.
     *
     * @param chunks of 16 bytes of shared memory that it reads
     */
    default void matricesIssued(Warp warp, BitSet chunks, int site) {}

    /** A warp has put the {@code wgmma} that it has issued since into a group. */
    default void matricesCommitted(Warp warp) {}

    /** A warp has waited until at most so many of its groups of {@code wgmma} are under way. */
    default void matricesAwaited(Warp warp, int pending) {}

    /**
     * Lanes access a register of a {@code wgmma}, or a {@code wgmma} one of theirs, with no order between.
     *
     * @param what the register and what happens to it, in words
     * @param earlier site of what it has no order with; its own where that was before the kernel began
     */
    default void registerUnordered(Warp warp, int lanes, String what, int earlier, int site) {}

    /** There is a new mbarrier at an offset of shared memory. */
    default void mbarrierMade(long mbarrier) {}

    /**
     * A lane arrives at an mbarrier: what it did before it happened before what those do that see the phase complete.
     */
    default void arrivedAtPhase(Warp warp, int lane, long mbarrier, int site) {}

    /** The phase of that parity of an mbarrier is complete, and the next one begins. */
    default void phaseCompleted(long mbarrier, int parity) {}

    /** A lane has seen that the last phase of that parity is complete. */
    default void sawPhase(Warp warp, int lane, long mbarrier, int parity, int site) {}

    /** Lanes execute a memory fence; its instruction says which. */
    default void fence(Warp warp, int lanes, int site) {}

    /**
     * Lanes arrive at a barrier: what they did before it happened before what those do that the barrier releases.
     *
     * @param waits whether they wait there
     * @param count threads that the barrier is for, or {@link Barrier#EVERYBODY}
     */
    default void arrived(Warp warp, int lanes, Barrier barrier, boolean waits, boolean aligned, int count, int site) {}

    /** Lanes that waited at a barrier go on. Told for all of them before the next arrival. */
    default void released(Warp warp, int lanes, Barrier barrier) {}

    /** All that arrived at a barrier have been released, those that waited and those that did not. */
    default void completed(Barrier barrier) {}

    /** Lanes of a warp have met to execute an instruction together, such as {@code bar.warp.sync}. */
    default void met(Warp warp, int lanes, int site) {}

    /**
     * A lane takes the value of another that has not brought one: it has exited, or does not take part.
     *
     * @param from the other lane
     */
    default void tookNothing(Warp warp, int lane, int from, int site) {}

    /** Lanes read a register that they have not written. */
    default void readUnwritten(Warp warp, int lanes, String register, int site) {}

    /** Lanes have copied so many bytes of their local memory, as the parameters of calls are. */
    default void copiedLocal(Warp warp, int lanes, int from, int to, int bytes) {}

    /** Lanes have written so many bytes of their local memory. */
    default void wroteLocal(Warp warp, int lanes, int to, int bytes) {}

    /** Lanes have exited. */
    default void exited(Warp warp, int lanes) {}

    /** The block has ended. */
    default void ended() {}

    /** An observer that heeds nothing, for code that has an observer only for others. */
    BlockObserver NONE = new BlockObserver() {};
  }
}
