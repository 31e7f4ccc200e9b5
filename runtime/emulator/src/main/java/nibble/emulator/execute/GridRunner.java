package nibble.emulator.execute;

import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nibble.emulator.schedule.Point;
import nibble.emulator.schedule.Scheduler;
import nibble.emulator.tensor.TensorScratch;

/**
 * Runs a launch by one thread in an order that its scheduler decides: several blocks are under way at a time, and any
 * of their warps may be next. Time is counted in basic blocks, so that kernels that look at a clock are repeatable,
 * too.
 */
final class GridRunner {
  private static final int WARPS = 32;

  private final Launch launch;
  private final Scheduler scheduler;
  private final Profile profile;
  private final ThreadBlock[] slots;
  private final long[] left;
  private final Point[] points;
  private final BitSet ready = new BitSet();
  private final Map<Long, List<String>> output = new TreeMap<>();
  private long next;
  private long now;

  /**
   * A run whose memory lives as long as the arena.
   *
   * @param tensorScratch what all blocks have for matrix instructions
   */
  GridRunner(Launch launch, Arena arena, TensorScratch tensorScratch) {
    this.launch = launch;
    scheduler = launch.schedule().scheduler();
    profile = new Profile(launch.code().blocks().size());
    slots = new ThreadBlock[(int) Math.min(launch.residency(), launch.blocks())];
    left = new long[slots.length];
    points = Points.of(launch.code());
    for (int slot = 0; slot < slots.length; slot++) {
      slots[slot] = new ThreadBlock(launch, arena, tensorScratch, profile, this::tick, () -> next++);
    }
  }

  Profile profile() {
    return profile;
  }

  /** What the blocks printed, by their numbers. */
  Map<Long, List<String>> output() {
    return output;
  }

  /** A clock that moves when it is looked at, too: kernels wait for it. */
  private long tick() {
    now += 16;
    return now;
  }

  /** Runs all blocks to their ends. */
  void run() {
    for (int slot = 0; slot < slots.length; slot++) {
      start(slot);
    }
    while (!ready.isEmpty()) {
      turn(scheduler.next(ready));
    }
  }

  private void start(int slot) {
    slots[slot].start(next++);
    left[slot] = launch.stepLimit();
    update(slot);
  }

  private void turn(int number) {
    int slot = number / WARPS;
    ThreadBlock block = slots[slot];
    Warp warp = block.warps()[number % WARPS];
    if (left[slot] <= 0) {
      throw Stuck.unending(block, warp);
    }
    int executed = WarpLoop.run(launch.executable(), warp, (int) Math.min(left[slot], scheduler.turn()));
    left[slot] -= executed;
    now += executed;
    block.phaseWaits().pass(executed, warp.talks);
    Point ahead = warp.paths.canRun() ? points[warp.paths.nextBlock()] : Point.BARRIER;
    scheduler.ran(number, executed, points[warp.lastBlock], ahead);
    while (!update(slot)) {
      if (!block.phaseWaits().timeOut()) {
        end(slot);
        return;
      }
    }
  }

  /** Notes which warps of a block can run, which only they themselves change; gives whether any can. */
  private boolean update(int slot) {
    boolean any = false;
    for (Warp warp : slots[slot].warps()) {
      boolean canRun = warp.paths.canRun();
      ready.set(slot * WARPS + warp.index, canRun);
      any |= canRun;
    }
    return any;
  }

  private void end(int slot) {
    ThreadBlock block = slots[slot];
    if (block.liveThreads() > 0) {
      throw Stuck.deadlock(block);
    }
    block.observer().ended();
    if (!block.output().isEmpty()) {
      output.put(block.number(), List.copyOf(block.output()));
    }
    if (next < launch.blocks()) {
      start(slot);
    }
  }
}
