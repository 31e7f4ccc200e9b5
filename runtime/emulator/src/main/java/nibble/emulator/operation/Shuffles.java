package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;

/**
 * {@code shfl.sync}: {@code d} is {@code a} of another lane, {@code p} whether that lane is in the segment. {@code b}
 * says which lane, {@code c} holds the segment's mask and clamp, {@code members} the lanes that take part.
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
    if (m == 0) {
      return;
    }
    boolean isComplete = w.meeting.arrive(m, members, site);
    w.meeting.bring(m, a);
    if (isComplete) {
      take(w, m, d, p, b, c, site, source);
    } else {
      w.meeting.await(m, site, (warp, lanes, x, y) -> take(warp, lanes, d, p, b, c, site, source));
    }
  }

  private static void take(Warp w, int m, int d, int p, int b, int c, int site, Source source) {
    if (w.block.observer() != Observer.BlockObserver.NONE) {
      tellAbsent(w, m, b, c, site, source);
    }
    int[] r = w.words;
    long[] values = w.meeting.values;
    int inside = 0;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int from = source.lane(l, r[b + l] & 31, r[c + l]);
        r[d + l] = (int) values[from < 0 ? l : from];
        inside |= from < 0 ? 0 : 1 << l;
      }
    }
    Predicates.put(w, m, p, inside);
  }

  /** Tells the observer of lanes that take the value of one that does not take part. */
  private static void tellAbsent(Warp w, int m, int b, int c, int site, Source source) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        int from = source.lane(l, w.words[b + l] & 31, w.words[c + l]);
        if (from >= 0 && !has(w.meeting.group(l), from)) {
          w.block.observer().tookNothing(w, l, from, site);
        }
      }
    }
  }
}
