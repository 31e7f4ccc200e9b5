package nibble.emulator.memory;

import java.lang.foreign.MemorySegment;

/** The memories that only a block or a thread sees. */
public interface PrivateMemory {
  /**
   * Bytes of a memory: of the block's shared memory, of one thread's local memory, of the parameters.
   *
   * @param space {@link Space#SHARED}, {@link Space#LOCAL} or {@link Space#PARAM}
   */
  long size(int space);

  /** The memory; for local memory that of all 32 lanes, one after the other. */
  MemorySegment segment(int space);

  /** What is at an offset, or what the memory is, for messages. */
  String describe(int space, long offset);
}
