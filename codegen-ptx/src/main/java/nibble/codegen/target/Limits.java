package nibble.codegen.target;

/**
 * What a multiprocessor has, and what a kernel may have of it. Memory in bytes.
 *
 * @param registersPerSm 32-bit registers
 * @param registersPerThread the most that a thread may have
 * @param threadsPerBlock the most threads of a block
 * @param warpsPerSm the most resident warps
 * @param blocksPerSm the most resident blocks
 * @param sharedPerSm shared memory, at its largest carve-out
 * @param sharedPerBlock the most that a block may have, dynamic part included, when the launcher opts in
 * @param sharedStatic the most that a module may declare statically
 */
public record Limits(
    int registersPerSm,
    int registersPerThread,
    int threadsPerBlock,
    int warpsPerSm,
    int blocksPerSm,
    int sharedPerSm,
    int sharedPerBlock,
    int sharedStatic) {
  private static final int SUB_PARTITIONS = 4;
  private static final int REGISTER_UNIT = 256;
  private static final int SHARED_UNIT = 128;
  private static final int SHARED_RESERVED = 1024;
  private static final int WARP = 32;

  /**
   * How many blocks of a kernel a multiprocessor holds at once; 0 where not even one fits. The rule is that of
   * {@code cuda_occupancy.h}.
   *
   * @param registers a thread's registers
   * @param threads a block's threads
   * @param sharedBytes a block's shared memory, static and dynamic
   */
  public int residentBlocks(int registers, int threads, int sharedBytes) {
    if (threads > threadsPerBlock || registers > registersPerThread || sharedBytes > sharedPerBlock) {
      return 0;
    }
    int warps = (threads + WARP - 1) / WARP;
    int registersPerWarp = roundUp(Math.max(1, registers) * WARP, REGISTER_UNIT);
    if (registersPerWarp * roundUp(warps, SUB_PARTITIONS) > registersPerSm) {
      return 0;
    }
    int byRegisters = SUB_PARTITIONS * (registersPerSm / SUB_PARTITIONS / registersPerWarp) / warps;
    int byShared = sharedPerSm / roundUp(sharedBytes + SHARED_RESERVED, SHARED_UNIT);
    return Math.min(Math.min(byRegisters, byShared), Math.min(warpsPerSm / warps, blocksPerSm));
  }

  private static int roundUp(int value, int unit) {
    return (value + unit - 1) / unit * unit;
  }
}
