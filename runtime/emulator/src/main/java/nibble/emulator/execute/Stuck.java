package nibble.emulator.execute;

import java.util.List;
import java.util.stream.Collectors;
import nibble.emulator.KernelFault;
import nibble.emulator.code.BasicBlock;

/** The faults of blocks that do not end. */
final class Stuck {
  private Stuck() {}

  /** The fault of a warp that could go on and must not. */
  static KernelFault unending(ThreadBlock block, Warp warp) {
    String cause = "the block has not ended after " + block.launch().stepLimit() + " basic blocks";
    int lane = Integer.numberOfTrailingZeros(warp.paths.nextMask());
    return warp.fault(KernelFault.Kind.STEP_LIMIT, site(block, warp.paths.nextBlock()), lane, cause);
  }

  /**
   * The first instruction of a block, or what is nearest where it has none: blocks are cut within instructions, too.
   */
  private static int site(ThreadBlock block, int number) {
    List<BasicBlock> blocks = block.launch().code().blocks();
    for (BasicBlock behind : blocks.subList(number, blocks.size())) {
      if (!behind.instructions().isEmpty()) {
        return behind.instructions().get(0).site();
      }
    }
    for (BasicBlock before : blocks.subList(0, number).reversed()) {
      if (!before.instructions().isEmpty()) {
        return before.instructions().getLast().site();
      }
    }
    return 0;
  }

  /** The fault of a block of which no thread can go on. */
  static KernelFault deadlock(ThreadBlock block) {
    for (Warp warp : block.warps()) {
      if (!warp.meeting.waiting().isEmpty()) {
        return warp.meeting.fault();
      }
    }
    StringBuilder counts = new StringBuilder();
    for (int id = 0; id < block.barriers().length; id++) {
      Barrier barrier = block.barriers()[id];
      if (barrier.arrived() > 0 && barrier.expected() != Barrier.EVERYBODY) {
        counts.append(
            String.format("; %d of %d have arrived at barrier %d", barrier.arrived(), barrier.expected(), id));
      }
    }
    List<BarrierWait> waiting = block.waiting();
    BarrierWait first = waiting.get(0);
    String who =
        waiting.stream()
            .map(
                it ->
                    String.format(
                        "lanes 0x%08x of warp %d at line %d", it.lanes, it.warp.index, it.warp.site(it.site).line()))
            .collect(Collectors.joining(", "));
    int exited = block.launch().threads() - block.liveThreads();
    String gone = exited == 0 ? "" : "; " + exited + " of the block's threads have exited";
    return first.warp.fault(
        KernelFault.Kind.DEADLOCK,
        first.site,
        Integer.numberOfTrailingZeros(first.lanes),
        "deadlock: all threads wait at barriers: " + who + counts + gone);
  }
}
