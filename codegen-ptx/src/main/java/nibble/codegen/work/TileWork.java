package nibble.codegen.work;

import com.google.common.collect.ImmutableMap;
import nibble.codegen.target.TensorRate;

/**
 * What one block of a tile program does, counted; a block in the middle of the grid stands for all.
 *
 * @param blocks of the grid
 * @param warps of a block
 * @param multiplyAdds by what does them; of sparse instructions, those of stored elements
 * @param warpgroups whether groups of warps multiply from shared memory
 * @param sparse whether sparse instructions multiply
 * @param globalBytes that pass between L2 and the multiprocessor, either way
 * @param sharedBytes that shared memory and the first-level cache write and read; what several warps read counts for
 *     each
 * @param instructions that its warps issue
 * @param waits how often it waits for a copy of tiles, one behind the other; with more stages under way, parts of one
 * @param trips how often it waits for single loads
 * @param sharedMemory bytes that it has
 * @param accumulators registers of each thread that hold sums of products
 */
public record TileWork(
    long blocks, int warps, ImmutableMap<TensorRate, Double> multiplyAdds, boolean warpgroups, boolean sparse,
    double globalBytes, double sharedBytes, double instructions, double waits, double trips, int sharedMemory,
    int accumulators) {

  /** Multiply-adds of all kinds, of all blocks. */
  public double allMultiplyAdds() {
    return blocks * multiplyAdds.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
