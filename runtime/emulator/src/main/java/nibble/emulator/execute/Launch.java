package nibble.emulator.execute;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import nibble.emulator.code.Code;
import nibble.emulator.code.SpecialRegister;
import nibble.emulator.memory.GlobalMemory;
import nibble.emulator.memory.Shelf;
import nibble.emulator.schedule.Schedule;
import nibble.emulator.tensor.TensorScratch;

/**
 * What all blocks of a launch share.
 *
 * @param grid blocks in x, y, z
 * @param shape threads of a block in x, y, z
 * @param parameters the kernel's parameters, as they lie in parameter space
 * @param registers lent to this launch alone
 * @param residency how many blocks one thread runs by turns, as the schedule decides; 0 to run blocks on all workers,
 *     each to its end
 * @param epoch what {@code %globaltimer} shows where the blocks' clocks show zero, in nanoseconds
 * @param stepLimit basic blocks that all warps of a thread block may execute together
 * @param tensorScratch where workers have their memory for matrix instructions from
 */
public record Launch(
    Code code,
    Executable executable,
    GlobalMemory memory,
    int[] grid,
    int[] shape,
    int dynamicShared,
    MemorySegment parameters,
    RegisterFiles registers,
    Schedule schedule,
    int residency,
    long epoch,
    long stepLimit,
    Shelf<TensorScratch> tensorScratch,
    Optional<Observer> observer) {
  /** What the system has of a block's shared memory, from sm_80 on. */
  static final int RESERVED_SHARED_BYTES = 1024;

  /** Where in that a library's part starts that is at least 288 bytes long. */
  static final int RESERVED_PART = 512;

  private static final int RESERVED_ALIGNMENT = 128;

  /** Threads of a block. */
  public int threads() {
    return shape[0] * shape[1] * shape[2];
  }

  /** Warps of a block. */
  public int warps() {
    return (threads() + 31) / 32;
  }

  /** Blocks of the grid. */
  public long blocks() {
    return (long) grid[0] * grid[1] * grid[2];
  }

  /** Shared memory of a block that the kernel and its launch asked for, static and dynamic. */
  public int ownSharedBytes() {
    return code.dynamicBase() + dynamicShared;
  }

  /** Where the shared memory starts that CUDA's libraries have for themselves. */
  int reservedStart() {
    return (ownSharedBytes() + RESERVED_ALIGNMENT - 1) / RESERVED_ALIGNMENT * RESERVED_ALIGNMENT;
  }

  /** All shared memory of a block. What libraries have for themselves exists only if the kernel asks where it is. */
  public int sharedBytes() {
    boolean isReserved = code.wordSpecials().stream().anyMatch(SpecialRegister::isOfReservedMemory);
    return isReserved ? reservedStart() + RESERVED_SHARED_BYTES : ownSharedBytes();
  }
}
