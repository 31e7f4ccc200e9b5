package nibble.emulator.execute;

/** What a worker counts while it runs blocks: nothing but how often each basic block ran, and a few sums. */
public final class Profile {
  /** Executions of each basic block, by warps. */
  final long[] executions;

  /** Lanes that executed each basic block, summed over its executions. */
  final long[] lanes;

  /** Branches at which a warp's lanes disagreed. */
  long divergences;

  /** Bytes that lanes read from global memory, hints and cache hits included. */
  public long globalBytesRead;

  /** Bytes that lanes wrote to global memory. */
  public long globalBytesWritten;

  /** Warps that arrived at barriers. */
  public long barriers;

  Profile(int blocks) {
    executions = new long[blocks];
    lanes = new long[blocks];
  }

  void add(Profile other) {
    for (int i = 0; i < executions.length; i++) {
      executions[i] += other.executions[i];
      lanes[i] += other.lanes[i];
    }
    divergences += other.divergences;
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

  public long divergences() {
    return divergences;
  }
}
