package nibble.emulator.check;

import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;

import java.util.Arrays;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A write of half a page by one instruction of a warp, each lane a cell of 16 bytes, as quick kernels fill tiles of
 * shared memory by {@code cp.async}. While it is the last one there, it stands for the cells: one stamp in place of 32.
 *
 * <pre>
 *   lane       0   1   2   3  ...          in cells, once somebody asks for them:
 *   offset    16   0  48  32  ...          lane   1   0   3   2  ...
 * </pre>
 */
final class Fill {
  /** Bits of an offset within half a page, and the bytes of one. */
  static final int BITS = ShadowPage.BITS - 1;
  static final int BYTES = 1 << BITS;

  /** The same of a cell, and how many there are. */
  static final int CELL_BITS = 4;
  static final int CELL_BYTES = 1 << CELL_BITS;
  static final int CELLS = BYTES / CELL_BYTES;

  private final long[] offsets = new long[CELLS];
  private long stamp;
  private int site;

  /** Whether the offsets are of all cells of half a page, and each of another one. */
  static boolean fills(long[] offsets) {
    LongVector first = LongVector.broadcast(LONG, offsets[0] >> BITS);
    LongVector elsewhere = LongVector.zero(LONG);
    LongVector cells = LongVector.zero(LONG);
    for (int lane = 0; lane < CELLS; lane += LONGS) {
      LongVector at = LongVector.fromArray(LONG, offsets, lane);
      elsewhere = elsewhere.or(at.lanewise(VectorOperators.ASHR, BITS).lanewise(VectorOperators.XOR, first));
      LongVector cell = at.lanewise(VectorOperators.LSHR, CELL_BITS).and(CELLS - 1);
      cells = cells.or(LongVector.broadcast(LONG, 1).lanewise(VectorOperators.LSHL, cell));
    }
    return elsewhere.reduceLanes(VectorOperators.OR) == 0 && (int) cells.reduceLanes(VectorOperators.OR) == -1;
  }

  /** Is another one now, with the stamp of its first lane. */
  void set(long[] newOffsets, long newStamp, int newSite) {
    System.arraycopy(newOffsets, 0, offsets, 0, CELLS);
    stamp = newStamp;
    site = newSite;
  }

  /** The stamp of the first lane; those of the others follow. */
  long stamp() {
    return stamp;
  }

  /** Whether it is a copy under way that the threads of a stamp and those behind it have issued to these offsets. */
  boolean isCopy(long first, long[] some) {
    return Stamp.deed(stamp) == Deed.COPY && Stamp.isSameThread(stamp, first) && Arrays.equals(offsets, some);
  }

  /** The copy is complete, and a write from now on. */
  void complete(long first) {
    stamp = first;
  }

  /** Enters it into a page's cells. */
  void enter(long[] writes, int[] sites) {
    for (int lane = 0; lane < CELLS; lane++) {
      int cell = ((int) offsets[lane] & ShadowPage.BYTES - 1) >> CELL_BITS;
      writes[cell] = stamp + lane;
      sites[cell] = site;
    }
  }
}
