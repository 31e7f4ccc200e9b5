package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.KernelFault;
import nibble.emulator.execute.Barrier;
import nibble.emulator.execute.BarrierResult;
import nibble.emulator.execute.Warp;

/**
 * {@code bar} and {@code barrier}. {@code a} is the register with the barrier's number, {@code b} the one with the
 * number of threads, zero for all; {@code aligned} is 0 where lanes of a warp may come from different places.
 */
public final class Barriers {
  private static final int AND = 1;
  private static final int EVERYBODY = -1;

  private Barriers() {}

  /** Waits for the others. */
  public static void sync(Warp w, int m, int a, int b, int aligned, int site) {
    if (m != 0) {
      Barrier barrier = w.block.barrier(number(w, m, a, site));
      barrier.sync(w, m, threads(w, m, b, site), 0, aligned != 0, site, BarrierResult.NONE);
    }
  }

  /** Arrives and goes on. */
  public static void arrive(Warp w, int m, int a, int b, int site) {
    if (m != 0) {
      w.block.barrier(number(w, m, a, site)).arrive(w, m, threads(w, m, b, site), site);
    }
  }

  /** {@link #count} for all threads of the block. */
  public static void countAll(Warp w, int m, int d, int a, int c, int aligned, int site) {
    count(w, m, d, a, EVERYBODY, c, aligned, site);
  }

  /** {@link #vote} for all threads of the block. */
  public static void voteAll(Warp w, int m, int d, int a, int c, int operation, int aligned, int site) {
    vote(w, m, d, a, EVERYBODY, c, operation, aligned, site);
  }

  /** {@code bar.warp.sync}: waits for the lanes that register {@code a} names. */
  public static void warp(Warp w, int m, int a, int site) {
    if (m == 0) {
      return;
    }
    if (w.meeting.arrive(m, a, site)) {
      w.meeting.tellOrdered(m, site);
    } else {
      w.meeting.await(m, site, BarrierResult.NONE);
    }
  }

  /** Waits, and gives the number of threads whose predicate {@code c} is true. */
  public static void count(Warp w, int m, int d, int a, int b, int c, int aligned, int site) {
    if (m != 0) {
      BarrierResult result =
          (warp, lanes, agreeing, arrived) -> {
            for (int l = 0; l < WARP; l++) {
              if (has(lanes, l)) {
                warp.words[d + l] = agreeing;
              }
            }
          };
      int agree = w.predicates[c];
      Barrier barrier = w.block.barrier(number(w, m, a, site));
      barrier.sync(w, m, threads(w, m, b, site), agree, aligned != 0, site, result);
    }
  }

  /** Waits, and gives whether predicate {@code c} is true for all threads, or for any. */
  public static void vote(Warp w, int m, int d, int a, int b, int c, int operation, int aligned, int site) {
    if (m != 0) {
      BarrierResult result =
          (warp, lanes, agreeing, arrived) -> {
            boolean holds = operation == AND ? agreeing == arrived : agreeing > 0;
            Predicates.put(warp, lanes, d, holds ? -1 : 0);
          };
      int agree = w.predicates[c];
      Barrier barrier = w.block.barrier(number(w, m, a, site));
      barrier.sync(w, m, threads(w, m, b, site), agree, aligned != 0, site, result);
    }
  }

  private static int number(Warp w, int m, int a, int site) {
    int lane = Integer.numberOfTrailingZeros(m);
    int number = w.words[a + lane];
    if (number < 0 || number > 15) {
      throw w.fault(
          KernelFault.Kind.BARRIER_DIVERGENCE, site, lane, "there is no barrier " + Integer.toUnsignedString(number));
    }
    return number;
  }

  private static int threads(Warp w, int m, int b, int site) {
    if (b == EVERYBODY) {
      return Barrier.EVERYBODY;
    }
    int lane = Integer.numberOfTrailingZeros(m);
    int threads = w.words[b + lane];
    if (threads < 0 || threads % WARP != 0) {
      throw w.fault(
          KernelFault.Kind.BARRIER_DIVERGENCE, site, lane,
          "a barrier is for a multiple of 32 threads, not for " + Integer.toUnsignedString(threads));
    }
    return threads;
  }
}
