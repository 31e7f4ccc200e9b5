package nibble.emulator.check;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Barrier;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;

/**
 * Finds barriers of a block that its threads use in different ways. That a block can go on all the same does not make
 * it right: whether it does depends on the order in which its warps run.
 */
final class BarrierFinder implements Observer.BlockObserver {
  private final Findings findings;
  private final ThreadBlock block;
  /** Who came first of those that a barrier has not released yet. */
  private final Map<Barrier, Arrival> first = new LinkedHashMap<>();

  private record Arrival(Warp warp, int lane, boolean waits, int count, int site) {}

  BarrierFinder(Findings findings, ThreadBlock block) {
    this.findings = findings;
    this.block = block;
  }

  /** The block starts. */
  void start() {
    first.clear();
  }

  @Override
  public void arrived(
      Warp warp, int lanes, Barrier barrier, boolean waits, boolean aligned, int count, int site) {
    int lane = Integer.numberOfTrailingZeros(lanes);
    Arrival other = first.putIfAbsent(barrier, new Arrival(warp, lane, waits, count, site));
    if (other == null) {
      return;
    }
    if (other.count != count) {
      String message =
          "barrier " + barrier.number() + " is for " + text(count) + " here, but for " + text(other.count)
              + " where others have arrived already";
      report(KernelFault.Kind.BARRIER_COUNT, warp, lane, site, message, other);
    } else if (count == Barrier.EVERYBODY && other.site != site && other.waits) {
      String message =
          "the threads of the block wait for all of each other at barrier " + barrier.number()
              + ", but in different places";
      report(KernelFault.Kind.BARRIER_PLACES, warp, lane, site, message, other);
    }
  }

  private static String text(int count) {
    return count == Barrier.EVERYBODY ? "all threads of the block" : count + " threads";
  }

  private void report(KernelFault.Kind kind, Warp warp, int lane, int site, String message, Arrival other) {
    Findings.Earlier earlier =
        new Findings.Earlier(
            other.waits ? "waited for" : "arrived at",
            other.site,
            Optional.of(block.thread(other.warp.index * 32 + other.lane)),
            block.index());
    findings.add(kind, warp, lane, site, message, OptionalLong.empty(), earlier);
  }

  @Override
  public void completed(Barrier barrier) {
    first.remove(barrier);
  }

  @Override
  public void ended() {
    first.forEach(
        (barrier, arrival) ->
            findings.add(
                KernelFault.Kind.BARRIER_LEFT,
                arrival.warp,
                arrival.lane,
                arrival.site,
                barrier.arrived() + " of " + barrier.expected() + " threads have arrived at barrier "
                    + barrier.number() + " when the block ends, and nobody waited for them",
                OptionalLong.empty()));
  }
}
