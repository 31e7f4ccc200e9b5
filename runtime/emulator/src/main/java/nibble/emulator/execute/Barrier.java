package nibble.emulator.execute;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.KernelFault;

/**
 * One of the sixteen barriers of a block (PTX ISA, "bar, barrier").
 *
 * <p>Without a stated count a barrier is complete when every thread of the block that has not exited has arrived; with
 * one, when as many have. Whole warps count 32 then, whatever their number of threads.
 */
public final class Barrier implements Rendezvous {
  /** No count is stated. */
  public static final int EVERYBODY = 0;

  private final ThreadBlock block;
  private final int number;
  private final List<BarrierWait> waiting = new ArrayList<>();
  private int expected = EVERYBODY;
  private int arrived;
  private int agreeing;

  Barrier(ThreadBlock block, int number) {
    this.block = block;
    this.number = number;
  }

  /** Its number in the block. */
  public int number() {
    return number;
  }

  void clear() {
    waiting.clear();
    reset();
  }

  private void reset() {
    expected = EVERYBODY;
    arrived = 0;
    agreeing = 0;
  }

  List<BarrierWait> waiting() {
    return waiting;
  }

  /** How many threads have arrived since the barrier was last complete. */
  public int arrived() {
    return arrived;
  }

  /** How many threads those that have arrived last wait for, or {@link #EVERYBODY}. */
  public int expected() {
    return expected;
  }

  /** Lanes arrive and do not wait. */
  public void arrive(Warp warp, int lanes, int count, int site) {
    block.observer().arrived(warp, lanes, this, false, false, count, site);
    count(warp, lanes, count);
    complete();
  }

  /**
   * Lanes arrive and wait.
   *
   * @param aligned whether all lanes of a warp must do so at the same instruction
   * @param count threads that the barrier is for, or {@link #EVERYBODY}
   * @param agree lanes whose predicate is true, for a reduction
   */
  public void sync(
      Warp warp, int lanes, int count, int agree, boolean aligned, int site, BarrierResult result) {
    if (aligned) {
      requireSameSite(warp, lanes, site);
    }
    block.observer().arrived(warp, lanes, this, true, aligned, count, site);
    count(warp, lanes, count);
    agreeing += Integer.bitCount(agree & lanes);
    BarrierWait wait = new BarrierWait(this, warp, lanes, site, result);
    warp.wait = wait;
    waiting.add(wait);
  }

  private void requireSameSite(Warp warp, int lanes, int site) {
    for (BarrierWait wait : waiting) {
      if (wait.warp == warp && wait.site != site) {
        throw warp.fault(
            KernelFault.Kind.BARRIER_DIVERGENCE,
            site,
            Integer.numberOfTrailingZeros(lanes),
            String.format(
                "barrier divergence: lanes 0x%08x of the warp wait here, lanes 0x%08x at line %d",
                lanes, wait.lanes, warp.site(wait.site).line()));
      }
    }
  }

  private void count(Warp warp, int lanes, int count) {
    warp.profile.barriers++;
    expected = count;
    boolean whole = lanes == warp.paths.live();
    arrived += count != EVERYBODY && whole ? 32 : Integer.bitCount(lanes);
  }

  @Override
  public void complete() {
    int needed = expected == EVERYBODY ? block.liveThreads() : expected;
    if (arrived < needed) {
      return;
    }
    List<BarrierWait> released = List.copyOf(waiting);
    int all = arrived;
    int agree = agreeing;
    waiting.clear();
    reset();
    for (BarrierWait wait : released) {
      block.observer().released(wait.warp, wait.lanes, this);
      wait.release(agree, all);
    }
    block.observer().completed(this);
  }

  void completeIfAllArrived() {
    if (expected == EVERYBODY && arrived > 0) {
      complete();
    }
  }
}
