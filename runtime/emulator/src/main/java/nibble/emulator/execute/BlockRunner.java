package nibble.emulator.execute;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import nibble.emulator.KernelFault;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.code.Site;
import nibble.emulator.schedule.Scheduler;

/** Runs block after block, as one worker of a launch. */
public final class BlockRunner {
  private final Launch launch;
  private final ThreadBlock block;
  private final Profile profile;

  /** A worker whose memory lives as long as the arena. */
  public BlockRunner(Launch launch, Arena arena) {
    this.launch = launch;
    profile = new Profile(launch.code().blocks().size());
    block = new ThreadBlock(launch, arena, profile);
  }

  public Profile profile() {
    return profile;
  }

  /**
   * Runs a block to its end.
   *
   * @param stopped whether the launch is over because another worker's block has failed
   * @return what the block printed
   */
  public List<String> run(long number, BooleanSupplier stopped) {
    block.start(number);
    Scheduler scheduler = launch.schedule().forBlock(number);
    Warp[] warps = block.warps();
    long left = launch.stepLimit();
    for (int ready = ready(warps); ready != 0; ready = ready(warps)) {
      if (stopped.getAsBoolean()) {
        return List.of();
      }
      Warp warp = warps[scheduler.next(ready)];
      if (left <= 0) {
        throw unending(warp);
      }
      left -= WarpLoop.run(launch.executable(), warp, (int) Math.min(left, scheduler.turn()));
    }
    if (block.liveThreads() > 0) {
      throw deadlock();
    }
    return List.copyOf(block.output());
  }

  private static int ready(Warp[] warps) {
    int ready = 0;
    for (Warp warp : warps) {
      ready |= warp.paths.canRun() ? 1 << warp.index : 0;
    }
    return ready;
  }

  /** The fault of a warp that could go on and must not. */
  private KernelFault unending(Warp warp) {
    String cause = "the block has not ended after " + launch.stepLimit() + " basic blocks";
    int lane = Integer.numberOfTrailingZeros(warp.paths.nextMask());
    for (int number = warp.paths.nextBlock(); ; number++) {
      List<BasicBlock.Counted> instructions = launch.code().blocks().get(number).instructions();
      if (!instructions.isEmpty()) {
        return warp.fault(KernelFault.Kind.STEP_LIMIT, instructions.get(0).site(), lane, cause);
      }
    }
  }

  private KernelFault deadlock() {
    for (Warp warp : block.warps()) {
      if (!warp.meeting.waiting().isEmpty()) {
        return warp.meeting.fault();
      }
    }
    List<BarrierWait> waiting = new ArrayList<>();
    for (Barrier barrier : block.barriers()) {
      waiting.addAll(barrier.waiting());
    }
    BarrierWait first = waiting.get(0);
    String who =
        waiting.stream()
            .map(it -> String.format("lanes 0x%08x of warp %d at line %d", it.lanes, it.warp.index, line(it)))
            .collect(Collectors.joining(", "));
    int lane = Integer.numberOfTrailingZeros(first.lanes);
    return first.warp.fault(
        KernelFault.Kind.DEADLOCK, first.site, lane, "deadlock: all threads wait at barriers: " + who);
  }

  private static int line(BarrierWait wait) {
    Site site = wait.warp.site(wait.site);
    return site.line();
  }
}
