package nibble.emulator.execute;

import java.util.Arrays;

/** What a worker counts while it runs blocks: nothing but how often each basic block ran, and a few sums. */
public final class Profile {
  /** Executions of each basic block, by warps. */
  final long[] executions;

  /** Lanes that executed each basic block, summed over its executions. */
  final long[] lanes;

  /** How often a warp's lanes disagreed at the end of each basic block. */
  final long[] divergences;

  /** Bytes that lanes read from global memory, hints and cache hits included. */
  public long globalBytesRead;

  /** Bytes that lanes wrote to global memory. */
  public long globalBytesWritten;

  /** Warps that arrived at barriers. */
  public long barriers;

  Profile(int blocks) {
    executions = new long[blocks];
    lanes = new long[blocks];
    divergences = new long[blocks];
  }

  void add(Profile other) {
    for (int i = 0; i < executions.length; i++) {
      executions[i] += other.executions[i];
      lanes[i] += other.lanes[i];
      divergences[i] += other.divergences[i];
    }
    globalBytesRead += other.globalBytesRead;
    globalBytesWritten += other.globalBytesWritten;
    barriers += other.barriers;
  }

  public long executions(int block) {
    return executions[block];
  }

  public long lanes(int block) {
    return lanes[block];
  }

  /** Branches at which a warp's lanes disagreed. */
  public long divergences() {
    return Arrays.stream(divergences).sum();
  }

  public long divergences(int block) {
    return divergences[block];
  }
}
