package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;

/**
 * {@code shfl.sync}: {@code d} is {@code a} of another lane, {@code p} whether that lane is in the segment. {@code b} says
 * which lane, {@code c} holds the segment's mask and clamp, {@code members} the lanes that take part.
 */
public final class Shuffles {
  private Shuffles() {}

  /** The lane that a lane reads, or -1 if that is outside of its segment. */
  @FunctionalInterface
  private interface Source {
    int lane(int lane, int b, int c);
  }

  /** From the lane {@code b} below. */
  public static void up(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, (l, by, s) -> l - by >= bound(l, s) ? l - by : -1);
  }

  /** From the lane {@code b} above. */
  public static void down(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, (l, by, s) -> l + by <= bound(l, s) ? l + by : -1);
  }

  /** From the lane whose number differs in the bits of {@code b}. */
  public static void bfly(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, (l, by, s) -> (l ^ by) <= bound(l, s) ? l ^ by : -1);
  }

  /** From lane {@code b} of the segment. */
  public static void idx(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(
        w, m, d, p, a, b, c, members, site,
        (l, by, s) -> {
          int segment = s >>> 8 & 31;
          int from = l & segment | by & ~segment;
          return from <= bound(l, s) ? from : -1;
        });
  }

  /** The last lane of the segment; for {@code up}, whose clamp is zero, the first. */
  private static int bound(int lane, int c) {
    int segment = c >>> 8 & 31;
    return lane & segment | c & 31 & ~segment;
  }

  private static void shuffle(
      Warp w, int m, int d, int p, int a, int b, int c, int members, int site, Source source) {
    requireTogether(w, m, members, site);
    int[] r = w.words;
    // A copy, because d may be a.
    System.arraycopy(r, a, w.scratch, 0, WARP);
    int inside = 0;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int from = source.lane(l, r[b + l] & 31, r[c + l]);
        r[d + l] = w.scratch[from < 0 ? l : from];
        inside |= from < 0 ? 0 : 1 << l;
      }
    }
    Predicates.put(w, m, p, inside);
  }

  /** Lanes that a warp-wide instruction names must be there to execute it, unless they have exited. */
  static void requireTogether(Warp w, int m, int members, int site) {
    if (m == 0) {
      return;
    }
    int lane = Integer.numberOfTrailingZeros(m);
    int named = w.words[members + lane];
    int missing = named & w.paths.live() & ~m;
    if (missing != 0) {
      throw w.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, lane,
          String.format(
              "the instruction is for lanes 0x%08x, but lanes 0x%08x of them are elsewhere", named, missing));
    }
    if ((m & ~named) != 0) {
      throw w.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, Integer.numberOfTrailingZeros(m & ~named),
          String.format("the instruction is for lanes 0x%08x, and this lane is not one of them", named));
    }
  }
}
