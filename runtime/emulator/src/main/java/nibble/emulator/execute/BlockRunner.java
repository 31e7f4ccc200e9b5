package nibble.emulator.execute;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import nibble.emulator.tensor.TensorScratch;

/** Runs block after block, as one worker of a launch. */
final class BlockRunner {
  /** Long enough to cost nothing, short enough that a warp that spins does not hold up the one it waits for. */
  private static final int TURN = 4096;

  private final Launch launch;
  private final ThreadBlock block;
  private final Profile profile;

  /**
   * A worker whose memory lives as long as the arena.
   *
   * @param tensorScratch what the worker has for matrix instructions
   * @param nextBlock takes the grid's next block that has not started
   */
  BlockRunner(Launch launch, Arena arena, TensorScratch tensorScratch, LongSupplier nextBlock) {
    this.launch = launch;
    profile = new Profile(launch.code().blocks().size());
    block = new ThreadBlock(launch, arena, tensorScratch, profile, System::nanoTime, nextBlock);
  }

  Profile profile() {
    return profile;
  }

  /**
   * Runs a block to its end, one warp after the other, each until it waits.
   *
   * @param stopped whether the launch is over because another worker's block has failed
   * @return what the block printed
   */
  List<String> run(long number, BooleanSupplier stopped) {
    block.start(number);
    Warp[] warps = block.warps();
    long left = launch.stepLimit();
    int last = 31;
    for (int ready = ready(warps); ready != 0 || block.phaseWaits().timeOut(); ready = ready(warps)) {
      if (ready == 0) {
        continue;
      }
      if (stopped.getAsBoolean()) {
        return List.of();
      }
      int behind = last == 31 ? 0 : ready & (-2 << last);
      last = Integer.numberOfTrailingZeros(behind != 0 ? behind : ready);
      if (left <= 0) {
        throw Stuck.unending(block, warps[last]);
      }
      int executed = WarpLoop.run(launch.executable(), warps[last], (int) Math.min(left, TURN));
      block.phaseWaits().pass(executed, warps[last].talks);
      left -= executed;
    }
    if (block.liveThreads() > 0) {
      throw Stuck.deadlock(block);
    }
    block.observer().ended();
    return List.copyOf(block.output());
  }

  private static int ready(Warp[] warps) {
    int ready = 0;
    for (Warp warp : warps) {
      ready |= warp.paths.canRun() ? 1 << warp.index : 0;
    }
    return ready;
  }
}
