package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;

/** {@code vote}, {@code match}, {@code redux}, {@code elect}, {@code activemask}: what a warp's lanes say together. */
public final class Votes {
  private Votes() {}

  /** Whether {@code a} is true for all lanes. */
  public static void all(Warp w, int m, int d, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    Predicates.put(w, m, d, (~w.predicates[a] & m) == 0 ? -1 : 0);
  }

  /** Whether {@code a} is true for any lane. */
  public static void any(Warp w, int m, int d, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    Predicates.put(w, m, d, (w.predicates[a] & m) != 0 ? -1 : 0);
  }

  /** Whether {@code a} is the same for all lanes. */
  public static void uni(Warp w, int m, int d, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    int yes = w.predicates[a] & m;
    Predicates.put(w, m, d, yes == 0 || yes == m ? -1 : 0);
  }

  /** The lanes for which {@code a} is true. */
  public static void ballot(Warp w, int m, int d, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    fill(w, m, d, w.predicates[a] & m);
  }

  /** The lanes that execute this. */
  public static void activemask(Warp w, int m, int d) {
    fill(w, m, d, m);
  }

  /** {@code elect}: {@code d} is the lowest lane, {@code p} is true for it. */
  public static void elect(Warp w, int m, int d, int p, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    int leader = Integer.numberOfTrailingZeros(m);
    fill(w, m, d, leader);
    Predicates.put(w, m, p, Integer.lowestOneBit(m));
  }

  private static void fill(Warp w, int m, int d, int value) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = value;
      }
    }
  }

  /** The lanes with the same value. */
  public static void matchAny(Warp w, int m, int d, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    System.arraycopy(w.words, a, w.scratch, 0, WARP);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = equal(w.scratch, m, w.scratch[l]);
      }
    }
  }

  private static int equal(int[] values, int m, int value) {
    int equal = 0;
    for (int l = 0; l < WARP; l++) {
      equal |= values[l] == value ? 1 << l : 0;
    }
    return equal & m;
  }

  /** The lanes with the same 64-bit value. */
  public static void matchAnyWide(Warp w, int m, int d, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = equal(w.longs, a, m, w.longs[a + l]);
      }
    }
  }

  private static int equal(long[] q, int a, int m, long value) {
    int equal = 0;
    for (int l = 0; l < WARP; l++) {
      equal |= q[a + l] == value ? 1 << l : 0;
    }
    return equal & m;
  }

  /** All lanes if they have one value, else none; {@code p} says which. */
  public static void matchAll(Warp w, int m, int d, int p, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    int first = w.words[a + Integer.numberOfTrailingZeros(m) % WARP];
    System.arraycopy(w.words, a, w.scratch, 0, WARP);
    boolean same = equal(w.scratch, m, first) == m;
    fill(w, m, d, same ? m : 0);
    Predicates.put(w, m, p, same ? -1 : 0);
  }

  /** All lanes if they have one 64-bit value, else none; {@code p} says which. */
  public static void matchAllWide(Warp w, int m, int d, int p, int a, int members, int site) {
    Shuffles.requireTogether(w, m, members, site);
    boolean same = equal(w.longs, a, m, w.longs[a + Integer.numberOfTrailingZeros(m) % WARP]) == m;
    fill(w, m, d, same ? m : 0);
    Predicates.put(w, m, p, same ? -1 : 0);
  }

  /** {@code redux}: add, min and max, signed or not, and, or, xor over the lanes. */
  public static void reduce(Warp w, int m, int d, int a, int members, int function, int site) {
    Shuffles.requireTogether(w, m, members, site);
    if (m == 0) {
      return;
    }
    AtomicFunction f = REDUCTIONS[function - 1];
    int sum = w.words[a + Integer.numberOfTrailingZeros(m)];
    for (int rest = m & m - 1; rest != 0; rest &= rest - 1) {
      sum = f.apply(sum, w.words[a + Integer.numberOfTrailingZeros(rest)], 0, false);
    }
    fill(w, m, d, sum);
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
