package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Meeting;
import nibble.emulator.execute.Warp;

/**
 * {@code vote}, {@code match}, {@code redux}, {@code elect}, {@code activemask}: what a warp's lanes say together.
 * Register {@code members} holds the lanes that a lane does so with.
 */
public final class Votes {
  private Votes() {}

  /** What a lane is told. */
  @FunctionalInterface
  private interface Verdict {
    int of(Meeting meeting, int lane);
  }

  /** Sets a register of each lane to its verdict once all lanes have met. */
  private static void write(Warp w, int m, int d, boolean isMet, int site, Verdict verdict) {
    if (isMet) {
      write(w, m, d, verdict);
    } else {
      w.meeting.await(m, site, (warp, lanes, x, y) -> write(warp, lanes, d, verdict));
    }
  }

  private static void write(Warp w, int m, int d, Verdict verdict) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = verdict.of(w.meeting, l);
      }
    }
  }

  /** Sets a predicate of each lane. */
  private static void tell(Warp w, int m, int d, boolean isMet, int site, Verdict verdict) {
    if (isMet) {
      tell(w, m, d, verdict);
    } else {
      w.meeting.await(m, site, (warp, lanes, x, y) -> tell(warp, lanes, d, verdict));
    }
  }

  private static void tell(Warp w, int m, int d, Verdict verdict) {
    int bits = 0;
    for (int l = 0; l < WARP; l++) {
      bits |= has(m, l) && verdict.of(w.meeting, l) != 0 ? 1 << l : 0;
    }
    Predicates.put(w, m, d, bits);
  }

  private static boolean vote(Warp w, int m, int a, int members, int site) {
    boolean isMet = w.meeting.arrive(m, members, site);
    w.meeting.vote(m, a);
    return isMet;
  }

  private static boolean bring(Warp w, int m, int a, int members, int site) {
    boolean isMet = w.meeting.arrive(m, members, site);
    w.meeting.bring(m, a);
    return isMet;
  }

  private static boolean bringWide(Warp w, int m, int a, int members, int site) {
    boolean isMet = w.meeting.arrive(m, members, site);
    w.meeting.bringWide(m, a);
    return isMet;
  }

  /** Whether {@code a} is true for all lanes. */
  public static void all(Warp w, int m, int d, int a, int members, int site) {
    if (m != 0) {
      tell(
          w, m, d, vote(w, m, a, members, site), site,
          (meeting, lane) -> (~meeting.votes() & meeting.group(lane)) == 0 ? 1 : 0);
    }
  }

  /** Whether {@code a} is true for any lane. */
  public static void any(Warp w, int m, int d, int a, int members, int site) {
    if (m != 0) {
      tell(w, m, d, vote(w, m, a, members, site), site, (meeting, lane) -> meeting.votes() & meeting.group(lane));
    }
  }

  /** Whether {@code a} is the same for all lanes. */
  public static void uni(Warp w, int m, int d, int a, int members, int site) {
    if (m != 0) {
      tell(
          w, m, d, vote(w, m, a, members, site), site,
          (meeting, lane) -> {
            int yes = meeting.votes() & meeting.group(lane);
            return yes == 0 || yes == meeting.group(lane) ? 1 : 0;
          });
    }
  }

  /** The lanes for which {@code a} is true. */
  public static void ballot(Warp w, int m, int d, int a, int members, int site) {
    if (m != 0) {
      write(w, m, d, vote(w, m, a, members, site), site, (meeting, lane) -> meeting.votes() & meeting.group(lane));
    }
  }

  /** The lanes that execute this. */
  public static void activemask(Warp w, int m, int d) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = m;
      }
    }
  }

  /** {@code elect}: {@code d} is the lowest lane, {@code p} is true for it. */
  public static void elect(Warp w, int m, int d, int p, int members, int site) {
    if (m == 0) {
      return;
    }
    if (w.meeting.arrive(m, members, site)) {
      elect(w, m, d, p);
    } else {
      w.meeting.await(m, site, (warp, lanes, x, y) -> elect(warp, lanes, d, p));
    }
  }

  private static void elect(Warp w, int m, int d, int p) {
    write(w, m, d, (meeting, lane) -> Integer.numberOfTrailingZeros(meeting.group(lane)));
    tell(w, m, p, (meeting, lane) -> Integer.lowestOneBit(meeting.group(lane)) == 1 << lane ? 1 : 0);
  }

  /** The lanes with the same value. */
  public static void matchAny(Warp w, int m, int d, int a, int members, int site) {
    if (m != 0) {
      write(w, m, d, bring(w, m, a, members, site), site, Votes::equal);
    }
  }

  /** The lanes with the same 64-bit value. */
  public static void matchAnyWide(Warp w, int m, int d, int a, int members, int site) {
    if (m != 0) {
      write(w, m, d, bringWide(w, m, a, members, site), site, Votes::equal);
    }
  }

  /** The lanes that have brought the same value. */
  private static int equal(Meeting meeting, int lane) {
    int equal = 0;
    for (int l = 0; l < WARP; l++) {
      equal |= meeting.values[l] == meeting.values[lane] ? 1 << l : 0;
    }
    return equal & meeting.group(lane);
  }

  /** All lanes if they have one value, else none; {@code p} says which. */
  public static void matchAll(Warp w, int m, int d, int p, int a, int members, int site) {
    if (m != 0) {
      matchAll(w, m, d, p, bring(w, m, a, members, site), site);
    }
  }

  /** All lanes if they have one 64-bit value, else none; {@code p} says which. */
  public static void matchAllWide(Warp w, int m, int d, int p, int a, int members, int site) {
    if (m != 0) {
      matchAll(w, m, d, p, bringWide(w, m, a, members, site), site);
    }
  }

  private static void matchAll(Warp w, int m, int d, int p, boolean isMet, int site) {
    if (isMet) {
      matchAll(w, m, d, p);
    } else {
      w.meeting.await(m, site, (warp, lanes, x, y) -> matchAll(warp, lanes, d, p));
    }
  }

  private static void matchAll(Warp w, int m, int d, int p) {
    write(w, m, d, (meeting, lane) -> equal(meeting, lane) == meeting.group(lane) ? meeting.group(lane) : 0);
    tell(w, m, p, (meeting, lane) -> equal(meeting, lane) == meeting.group(lane) ? 1 : 0);
  }

  /** {@code redux}: add, min and max, signed or not, and, or, xor over the lanes. */
  public static void reduce(Warp w, int m, int d, int a, int members, int function, int site) {
    if (m != 0) {
      AtomicFunction f = REDUCTIONS[function - 1];
      write(w, m, d, bring(w, m, a, members, site), site, (meeting, lane) -> reduce(meeting, lane, f));
    }
  }

  private static int reduce(Meeting meeting, int lane, AtomicFunction f) {
    int lanes = meeting.group(lane);
    int sum = (int) meeting.values[Integer.numberOfTrailingZeros(lanes)];
    for (int rest = lanes & lanes - 1; rest != 0; rest &= rest - 1) {
      sum = f.apply(sum, (int) meeting.values[Integer.numberOfTrailingZeros(rest)], 0, false);
    }
    return sum;
  }

  /**
   * {@code redux.f32}: the least or greatest of the lanes.
   *
   * @param operation 1 for min, 2 for max
   * @param magnitude whether signs are dropped
   * @param nan whether NaN wins over numbers
   */
  public static void reduceFloat(
      Warp w, int m, int d, int a, int members, int operation, int magnitude, int nan, int site) {
    if (m != 0) {
      write(
          w, m, d, bring(w, m, a, members, site), site,
          (meeting, lane) -> reduceFloat(meeting, lane, operation == 2, magnitude, nan));
    }
  }

  private static int reduceFloat(Meeting meeting, int lane, boolean greatest, int magnitude, int nan) {
    int keep = magnitude != 0 ? 0x7fffffff : -1;
    int lanes = meeting.group(lane);
    int result = (int) meeting.values[Integer.numberOfTrailingZeros(lanes)] & keep;
    // The first takes part twice, so that one lane's NaN becomes the canonical one, too.
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int other = (int) meeting.values[Integer.numberOfTrailingZeros(rest)] & keep;
      result = RoundedFloats.extreme(result, other, 0, nan, 0, greatest);
    }
    return result;
  }

  private static final AtomicFunction[] REDUCTIONS = {
    AtomicFunction.ADD_B32,
    AtomicFunction.MIN_S32,
    AtomicFunction.MAX_S32,
    AtomicFunction.MIN_U32,
    AtomicFunction.MAX_U32,
    AtomicFunction.AND,
    AtomicFunction.OR,
    AtomicFunction.XOR,
  };
}
