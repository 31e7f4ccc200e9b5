package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.emulator.KernelFault;

/**
 * {@code barrier.cluster}: every thread of the cluster, which is this block, arrives, and waits later until all others
 * that have not exited have arrived, too.
 */
public final class ClusterBarrier implements Rendezvous {
  private static final int NOT_ARRIVED = -1;
  /** Observers are told of it as of an mbarrier at this offset, where there can be none. */
  private static final long OBSERVED = -1;

  private final ThreadBlock block;
  private final List<BarrierWait> waiting = new ArrayList<>();

  /** The phase in which each thread has arrived and not waited since. */
  private final int[] phases;

  private int phase;
  private int arrived;

  ClusterBarrier(ThreadBlock block, int threads) {
    this.block = block;
    this.phases = new int[(threads + WARP - 1) / WARP * WARP];
  }

  void clear() {
    waiting.clear();
    Arrays.fill(phases, NOT_ARRIVED);
    phase = 0;
    arrived = 0;
  }

  List<BarrierWait> waiting() {
    return waiting;
  }

  /** Lanes arrive and go on. */
  public void arrive(Warp warp, int lanes, int site) {
    for (int lane = 0; lane < WARP; lane++) {
      int thread = warp.index * WARP + lane;
      if (has(lanes, lane)) {
        if (phases[thread] != NOT_ARRIVED) {
          throw warp.fault(
              KernelFault.Kind.BARRIER_DIVERGENCE, site, lane, "the thread has arrived and not waited since");
        }
        block.observer().arrivedAtPhase(warp, lane, OBSERVED, site);
        phases[thread] = phase;
        arrived++;
      }
    }
    warp.profile.barriers++;
    completeIfAllArrived();
  }

  /** Lanes wait for the phase in which they have arrived. */
  public void await(Warp warp, int lanes, int site) {
    for (int lane = 0; lane < WARP; lane++) {
      if (has(lanes, lane) && phases[warp.index * WARP + lane] == NOT_ARRIVED) {
        throw warp.fault(
            KernelFault.Kind.BARRIER_DIVERGENCE, site, lane, "the thread waits and has not arrived");
      }
    }
    BarrierWait wait = new BarrierWait(this, warp, lanes, site, BarrierResult.NONE);
    warp.wait = wait;
    waiting.add(wait);
  }

  void completeIfAllArrived() {
    if (arrived > 0 && arrived >= block.liveThreads()) {
      block.observer().phaseCompleted(OBSERVED, phase & 1);
      phase++;
      arrived = 0;
      complete();
    }
  }

  @Override
  public void complete() {
    for (int i = 0; i < waiting.size(); ) {
      BarrierWait wait = waiting.get(i);
      if (isOver(wait)) {
        waiting.remove(i);
        wait.wake();
      } else {
        i++;
      }
    }
  }

  /** All lanes of a path have arrived in earlier phases; they may arrive again then. */
  private boolean isOver(BarrierWait wait) {
    for (int lane = 0; lane < WARP; lane++) {
      if (has(wait.lanes, lane) && phases[wait.warp.index * WARP + lane] == phase) {
        return false;
      }
    }
    for (int lane = 0; lane < WARP; lane++) {
      if (has(wait.lanes, lane)) {
        phases[wait.warp.index * WARP + lane] = NOT_ARRIVED;
        block.observer().sawPhase(wait.warp, lane, OBSERVED, phase - 1 & 1, wait.site);
      }
    }
    return true;
  }
}
