package nibble.emulator.execute;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import nibble.emulator.code.Code;
import nibble.emulator.memory.GlobalMemory;
import nibble.emulator.schedule.Schedule;

/**
 * What all blocks of a launch share.
 *
 * @param grid blocks in x, y, z
 * @param shape threads of a block in x, y, z
 * @param parameters the kernel's parameters, as they lie in parameter space
 * @param stepLimit basic blocks that all warps of a thread block may execute together
 */
public record Launch(
    Code code,
    Executable executable,
    GlobalMemory memory,
    int[] grid,
    int[] shape,
    int dynamicShared,
    MemorySegment parameters,
    Schedule schedule,
    long stepLimit,
    Optional<Observer> observer) {
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

  /** Shared memory of a block, static and dynamic. */
  public int sharedBytes() {
    return code.dynamicBase() + dynamicShared;
  }
}
