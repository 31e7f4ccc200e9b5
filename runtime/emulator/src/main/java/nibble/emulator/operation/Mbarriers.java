package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import java.lang.foreign.MemorySegment;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Mbarrier;
import nibble.emulator.execute.Warp;

/**
 * {@code mbarrier}: barriers in shared memory with phases, which count arrivals and bytes (PTX ISA 9.7.13.15). The
 * address is in register {@code a}; see {@link Mbarrier} for the state.
 */
public final class Mbarriers {
  private static final int BYTES = 8;

  /** What a lane does to an mbarrier. */
  @FunctionalInterface
  private interface Change {
    void apply(MemorySegment shared, long at, int lane);
  }

  private Mbarriers() {}

  private static void each(Warp w, int m, int a, int offset, int space, int site, Change change) {
    each(w, m, a, offset, space, site, false, change);
  }

  private static void each(
      Warp w, int m, int a, int offset, int space, int site, boolean overwrites, Change change) {
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, site);
      if (overwrites) {
        Watch.resolved(w, now, true, BYTES, site);
      } else {
        Watch.updated(w, now, BYTES, site);
      }
      long[] at = w.resolver.offsets();
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int lane = Integer.numberOfTrailingZeros(lanes);
        change.apply(w.block.shared(), at[lane], lane);
      }
      rest &= ~now;
    }
    w.talks |= m != 0;
  }

  private static int resolve(Warp w, int rest, int a, int offset, int space, int site) {
    int now = w.resolver.store(rest, space, a, offset, BYTES, site);
    if (w.resolver.segment() != w.block.shared()) {
      throw w.fault(
          KernelFault.Kind.BAD_MBARRIER, site, Integer.numberOfTrailingZeros(now), "an mbarrier is in shared memory");
    }
    return now;
  }

  private static long state(Warp w, MemorySegment shared, long at, int lane, int site) {
    long state = shared.get(Loads.LONG_LAYOUT, at);
    if (!Mbarrier.isValid(state)) {
      throw fault(w, at, lane, site, "no mbarrier was initialised there");
    }
    return state;
  }

  private static KernelFault fault(Warp w, long at, int lane, int site, String cause) {
    return w.fault(KernelFault.Kind.BAD_MBARRIER, site, lane, cause + ": shared address 0x" + Long.toHexString(at));
  }

  private static void put(Warp w, MemorySegment shared, long at, long state) {
    if (Mbarrier.isComplete(state)) {
      w.block.observer().phaseCompleted(at, Mbarrier.parity(state));
      shared.set(Loads.LONG_LAYOUT, at, Mbarrier.next(state));
      w.block.phaseWaits().progress();
    } else {
      shared.set(Loads.LONG_LAYOUT, at, state);
    }
  }

  /** {@code mbarrier.init}: for as many arrivals as register {@code count} says. */
  public static void init(Warp w, int m, int a, int offset, int space, int count, int site) {
    each(
        w, m, a, offset, space, site, true,
        (shared, at, lane) -> {
          int arrivals = w.words[count + lane];
          if (arrivals < 1 || arrivals > Mbarrier.MOST) {
            String number = Integer.toUnsignedString(arrivals);
            throw fault(w, at, lane, site, "an mbarrier is for 1 to 2^20 - 1 arrivals, not for " + number);
          }
          shared.set(Loads.LONG_LAYOUT, at, Mbarrier.of(arrivals));
          w.block.observer().mbarrierMade(at);
        });
  }

  /** {@code mbarrier.inval}: the memory may be used for something else. */
  public static void invalidate(Warp w, int m, int a, int offset, int space, int site) {
    each(
        w, m, a, offset, space, site, true,
        (shared, at, lane) -> {
          state(w, shared, at, lane, site);
          shared.set(Loads.LONG_LAYOUT, at, 0);
        });
  }

  /** {@code mbarrier.expect_tx}: the phase waits for so many more bytes. */
  public static void expect(Warp w, int m, int a, int offset, int space, int bytes, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> put(w, shared, at, expect(w, shared, at, lane, w.words[bytes + lane], site)));
  }

  /** {@code mbarrier.complete_tx}: so many bytes count as moved. */
  public static void complete(Warp w, int m, int a, int offset, int space, int bytes, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> completeTransaction(w, at, w.words[bytes + lane], lane, site));
  }

  /** Bytes that a lane's asynchronous instruction was to move have been moved. */
  static void completeTransaction(Warp w, long at, int bytes, int lane, int site) {
    MemorySegment shared = w.block.shared();
    put(w, shared, at, expect(w, shared, at, lane, -bytes, site));
  }

  private static long expect(Warp w, MemorySegment shared, long at, int lane, int bytes, int site) {
    long state = state(w, shared, at, lane, site);
    long sum = (long) Mbarrier.bytes(state) + bytes;
    if (Math.abs(sum) > Mbarrier.MOST) {
      throw fault(w, at, lane, site, "an mbarrier counts at most 2^20 - 1 bytes, not " + sum);
    }
    return Mbarrier.expect(state, bytes);
  }

  /** {@code mbarrier.arrive}: {@code d} is the state before; {@code drop} whether later phases expect one fewer. */
  public static void arriveOne(Warp w, int m, int d, int a, int offset, int space, int drop, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> arrive(w, shared, at, lane, d, 1, drop != 0, site));
  }

  /** {@code mbarrier.arrive} with a count. */
  public static void arrive(Warp w, int m, int d, int a, int offset, int space, int count, int drop, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> arrive(w, shared, at, lane, d, w.words[count + lane], drop != 0, site));
  }

  /** {@code mbarrier.arrive.expect_tx}: expects bytes, then arrives. */
  public static void arriveExpecting(
      Warp w, int m, int d, int a, int offset, int space, int bytes, int drop, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> {
          // Both are one step: expecting alone must not complete the phase.
          shared.set(Loads.LONG_LAYOUT, at, expect(w, shared, at, lane, w.words[bytes + lane], site));
          arrive(w, shared, at, lane, d, 1, drop != 0, site);
        });
  }

  /** {@code mbarrier.arrive.noComplete}: an arrival that the program promises not to complete the phase. */
  public static void arriveWithin(
      Warp w, int m, int d, int a, int offset, int space, int count, int drop, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> {
          int arrivals = w.words[count + lane];
          if (arrivals >= Mbarrier.pending(state(w, shared, at, lane, site))) {
            throw fault(w, at, lane, site, "an arrival that must not complete the phase does");
          }
          arrive(w, shared, at, lane, d, arrivals, drop != 0, site);
        });
  }

  private static void arrive(
      Warp w, MemorySegment shared, long at, int lane, int d, int count, boolean drops, int site) {
    long state = state(w, shared, at, lane, site);
    if (count < 1 || count > Mbarrier.pending(state)) {
      throw fault(
          w, at, lane, site,
          Integer.toUnsignedString(count) + " arrivals; the phase waits for " + Mbarrier.pending(state));
    }
    w.longs[d + lane] = state;
    w.block.observer().arrivedAtPhase(w, lane, at, site);
    put(w, shared, at, Mbarrier.arrive(state, count, drops));
  }

  /**
   * {@code cp.async.mbarrier.arrive}: arrives once the copies that each lane has issued with {@code cp.async} are
   * complete.
   *
   * @param noinc 0 if the phase is to wait for one arrival more than it would
   */
  public static void arriveAfterCopies(Warp w, int m, int a, int offset, int space, int noinc, int site) {
    each(
        w, m, a, offset, space, site,
        (shared, at, lane) -> {
          long state = state(w, shared, at, lane, site);
          if (noinc == 0) {
            if (Mbarrier.pending(state) == Mbarrier.MOST) {
              throw fault(w, at, lane, site, "the phase cannot wait for one arrival more");
            }
            shared.set(Loads.LONG_LAYOUT, at, Mbarrier.arrive(state, -1, false));
          }
          int issued = w.asyncCopies.issued();
          w.block.transactions().add(
              at,
              () -> {
                w.asyncCopies.waitIssued(1 << lane, issued);
                long now = state(w, shared, at, lane, site);
                if (Mbarrier.pending(now) == 0) {
                  throw fault(w, at, lane, site, "the phase waits for no more arrivals");
                }
                w.block.observer().arrivedAtPhase(w, lane, at, site);
                put(w, shared, at, Mbarrier.arrive(now, 1, false));
              });
        });
  }

  /** {@code mbarrier.pending_count}: how many arrivals a state that was given by an arrival waits for. */
  public static void pendingCount(Warp w, int m, int d, int state) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = Mbarrier.pending(w.longs[state + l]);
      }
    }
  }

  /** {@code test_wait}, {@code try_wait}: whether the phase of a state is complete. */
  public static void test(Warp w, int m, int d, int a, int offset, int space, int state, int site) {
    int[] parities = new int[WARP];
    for (int l = 0; l < WARP; l++) {
      parities[l] = Mbarrier.parity(w.longs[state + l]);
    }
    test(w, m, d, a, offset, space, parities, site);
  }

  /** {@code test_wait.parity}, {@code try_wait.parity}: whether the last phase of a parity is complete. */
  public static void testParity(Warp w, int m, int d, int a, int offset, int space, int parity, int site) {
    int[] parities = new int[WARP];
    for (int l = 0; l < WARP; l++) {
      parities[l] = w.words[parity + l] & 1;
    }
    test(w, m, d, a, offset, space, parities, site);
  }

  private static void test(Warp w, int m, int d, int a, int offset, int space, int[] parities, int site) {
    if (m == 0) {
      return;
    }
    long[] places = new long[WARP];
    for (int rest = m; rest != 0; ) {
      int now = resolve(w, rest, a, offset, space, site);
      Watch.asked(w, now, BYTES, site);
      for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
        int lane = Integer.numberOfTrailingZeros(lanes);
        places[lane] = w.resolver.offsets()[lane];
      }
      rest &= ~now;
    }
    int passed = ask(w, m, places, parities, site);
    tell(w, m, d, passed, places, parities, site);
    if (passed != m) {
      w.block.phaseWaits().await(
          w, m, site,
          () -> ask(w, m, places, parities, site),
          (warp, lanes, x, y) ->
              tell(warp, lanes, d, passed(warp, lanes, places, parities, site), places, parities, site));
    }
  }

  private static void tell(Warp w, int m, int d, int passed, long[] places, int[] parities, int site) {
    Predicates.put(w, m, d, passed);
    for (int lanes = passed & m; lanes != 0; lanes &= lanes - 1) {
      int lane = Integer.numberOfTrailingZeros(lanes);
      w.block.observer().sawPhase(w, lane, places[lane], parities[lane], site);
    }
  }

  /** {@link #passed}, once everything is done that can be. */
  private static int ask(Warp w, int m, long[] places, int[] parities, int site) {
    for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
      w.block.transactions().settle(places[Integer.numberOfTrailingZeros(lanes)]);
    }
    return passed(w, m, places, parities, site);
  }

  /** The lanes whose mbarrier is in another phase than the one that they ask for. */
  private static int passed(Warp w, int m, long[] places, int[] parities, int site) {
    int passed = 0;
    for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
      int lane = Integer.numberOfTrailingZeros(lanes);
      long state = state(w, w.block.shared(), places[lane], lane, site);
      passed |= Mbarrier.parity(state) != parities[lane] ? 1 << lane : 0;
    }
    return passed;
  }

  /** {@code barrier.cluster.arrive}. */
  public static void arriveInCluster(Warp w, int m, int site) {
    if (m != 0) {
      w.block.clusterBarrier().arrive(w, m, site);
    }
  }

  /** {@code barrier.cluster.wait}. */
  public static void awaitCluster(Warp w, int m, int site) {
    if (m != 0) {
      w.block.clusterBarrier().await(w, m, site);
    }
  }

  /** The offset in shared memory of the mbarrier that a lane of an asynchronous instruction names. */
  static long place(Warp w, int lane, int a, int offset, int space, int site) {
    resolve(w, 1 << lane, a, offset, space, site);
    return w.resolver.offsets()[lane];
  }
}
