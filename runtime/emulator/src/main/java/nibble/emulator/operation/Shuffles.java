package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;

/**
 * {@code shfl.sync}: {@code d} is {@code a} of another lane, {@code p} whether that lane is in the segment. {@code b}
 * says which lane, {@code c} holds the segment's mask and clamp, {@code members} the lanes that take part.
 */
public final class Shuffles {
  private static final int LANE = WARP - 1;
  private static final int SEGMENT = 8;

  private Shuffles() {}

  /** How a lane finds the lane that it reads. */
  private enum Source {
    ABOVE,
    BELOW,
    OPPOSITE,
    NAMED
  }

  /** From the lane {@code b} below. */
  public static void up(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, Source.BELOW);
  }

  /** From the lane {@code b} above. */
  public static void down(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, Source.ABOVE);
  }

  /** From the lane whose number differs in the bits of {@code b}. */
  public static void bfly(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, Source.OPPOSITE);
  }

  /** From lane {@code b} of the segment. */
  public static void idx(Warp w, int m, int d, int p, int a, int b, int c, int members, int site) {
    shuffle(w, m, d, p, a, b, c, members, site, Source.NAMED);
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
    int[] from = w.meeting.sources;
    int inside = find(w.words, b, c, from, source);
    if (w.block.observer() != Observer.BlockObserver.NONE) {
      tellAbsent(w, m & inside, from, site);
    }
    int[] r = w.words;
    long[] values = w.meeting.values;
    if (m == -1) {
      for (int l = 0; l < WARP; l++) {
        r[d + l] = (int) values[from[l]];
      }
    } else {
      for (int l = 0; l < WARP; l++) {
        if (has(m, l)) {
          r[d + l] = (int) values[from[l]];
        }
      }
    }
    Predicates.put(w, m, p, inside);
  }

  /**
   * Finds the lane that each lane reads: itself, where the one it asks for is outside of its segment. Gives the lanes
   * for which it is inside. A segment ends at its last lane; for {@code up}, whose clamp is zero, at its first.
   */
  private static int find(int[] r, int b, int c, int[] from, Source source) {
    int inside = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      IntVector lane = IntVector.zero(WORD).addIndex(1).add(l);
      IntVector by = IntVector.fromArray(WORD, r, b + l).and(LANE);
      IntVector bounds = IntVector.fromArray(WORD, r, c + l);
      IntVector segment = bounds.lanewise(VectorOperators.LSHR, SEGMENT).and(LANE);
      IntVector start = lane.and(segment);
      IntVector end = start.or(bounds.and(LANE).and(segment.not()));
      IntVector wanted =
          switch (source) {
            case BELOW -> lane.sub(by);
            case ABOVE -> lane.add(by);
            case OPPOSITE -> lane.lanewise(VectorOperators.XOR, by);
            case NAMED -> start.or(by.and(segment.not()));
          };
      VectorMask<Integer> isInside =
          source == Source.BELOW
              ? wanted.compare(VectorOperators.GE, end)
              : wanted.compare(VectorOperators.LE, end);
      lane.blend(wanted, isInside).intoArray(from, l);
      inside |= (int) isInside.toLong() << l;
    }
    return inside;
  }

  /** Tells the observer of lanes that take the value of one that does not take part. */
  private static void tellAbsent(Warp w, int lanes, int[] from, int site) {
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      if (!has(w.meeting.group(lane), from[lane])) {
        w.block.observer().tookNothing(w, lane, from[lane], site);
      }
    }
  }
}
