package nibble.emulator.check;

import static nibble.emulator.lane.Lanes.LONG;
import static nibble.emulator.lane.Lanes.LONGS;
import static nibble.emulator.lane.Lanes.WARP;

import java.util.Arrays;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Who last wrote and who has read since each cell of a piece of memory. Cells are of 16 bytes until an access asks for
 * less; from then on they are as small as that access: 8, 4 or 1 bytes. Pages are used again: {@link CheckMemory}.
 */
final class ShadowPage {
  /** Bytes of memory that a page stands for, and their logarithm. */
  static final int BITS = 10;
  static final int BYTES = 1 << BITS;

  private static final int LARGEST_CELL_BITS = Fill.CELL_BITS;
  private static final int WORD_BITS = 2;

  /** Bits of an offset within a cell. */
  int cellBits;
  /** The last write that changed the cell, or a copy under way; not before {@link #spill}. */
  long[] writes = {};
  int[] writeSites = {};
  /** Whether there may be accesses since then; where not, {@link #reads} holds anything. */
  boolean hasReads;
  /** Accesses since then: a stamp or a set. */
  long[] reads = {};
  int[] readSites = {};
  /** When the last access was that is not a plain read. */
  int lastChange;
  /** Cells to which copies are under way. */
  int underWay;
  /** The last round of {@link PendingReads} in which it was read. */
  int round;
  /** Halves whose last writes are in {@link #fills} and not in cells: a bit each. */
  private int filled;
  private final Fill[] fills = new Fill[2];

  /** Whether offsets are of one page. */
  static boolean isOne(long[] offsets) {
    LongVector elsewhere = LongVector.zero(LONG);
    for (int lane = 0; lane < WARP; lane += LONGS) {
      elsewhere =
          elsewhere.or(LongVector.fromArray(LONG, offsets, lane).lanewise(VectorOperators.XOR, offsets[0]));
    }
    return elsewhere.compare(VectorOperators.ULT, BYTES).allTrue();
  }

  /** Nobody has accessed it before a first access from here on, of so many bytes. */
  void start(long offset, int bytes) {
    cellBits = Math.min(LARGEST_CELL_BITS, cellBits(offset, bytes));
    int cells = BYTES >> cellBits;
    if (writes.length < cells) {
      writes = new long[cells];
      writeSites = new int[cells];
    } else {
      Arrays.fill(writes, 0, cells, Stamp.NONE);
    }
    hasReads = false;
    lastChange = 0;
    underWay = 0;
    round = 0;
    filled = 0;
  }

  /** Nobody has accessed it. */
  void clear() {
    start(0, 1 << LARGEST_CELL_BITS);
  }

  /** Makes room for accesses that are not writes. */
  void expectReads() {
    if (hasReads) {
      return;
    }
    int cells = BYTES >> cellBits;
    if (reads.length < cells) {
      reads = new long[cells];
      readSites = new int[cells];
    } else {
      Arrays.fill(reads, 0, cells, Stamp.NONE);
    }
    hasReads = true;
  }

  /**
   * The last write of the half where an offset is, if it was one of all of its cells and is in none of them.
   *
   * @return null if it is in cells
   */
  Fill fill(long offset) {
    int half = half(offset);
    return (filled >>> half & 1) == 0 ? null : fills[half];
  }

  /** Half of the page is written as a whole from here on; its cells are of 16 bytes, and all accesses of it known. */
  void fill(long[] offsets, long stamp, int site) {
    int half = half(offsets[0]);
    if (fills[half] == null) {
      fills[half] = new Fill();
    }
    fills[half].set(offsets, stamp, site);
    filled |= 1 << half;
  }

  private static int half(long offset) {
    return (int) (offset >> Fill.BITS) & 1;
  }

  /** Enters into cells what is not there. */
  void spill() {
    for (int rest = filled; rest != 0; rest &= rest - 1) {
      fills[Integer.numberOfTrailingZeros(rest)].enter(writes, writeSites);
    }
    filled = 0;
  }

  private static int cellBits(long offset, int bytes) {
    int bits = Long.numberOfTrailingZeros(offset | bytes);
    return bits < WORD_BITS ? 0 : bits;
  }

  /** Makes cells as small as an access from here on, of so many bytes, asks for. */
  void refine(long offset, int bytes) {
    if (Long.numberOfTrailingZeros(offset | bytes) < cellBits) {
      refine(cellBits(offset, bytes));
    }
  }

  private void refine(int bits) {
    spill();
    int shift = cellBits - bits;
    int cells = BYTES >> bits;
    cellBits = bits;
    underWay <<= shift;
    writes = spread(writes, cells, shift);
    writeSites = spread(writeSites, cells, shift);
    if (hasReads) {
      reads = spread(reads, cells, shift);
      readSites = spread(readSites, cells, shift);
    }
  }

  /** Gives each cell's value to all cells that it becomes, the last ones first, so that one array will do. */
  private static long[] spread(long[] coarse, int cells, int shift) {
    long[] fine = coarse.length < cells ? new long[cells] : coarse;
    for (int i = cells - 1; i >= 0; i--) {
      fine[i] = coarse[i >> shift];
    }
    return fine;
  }

  private static int[] spread(int[] coarse, int cells, int shift) {
    int[] fine = coarse.length < cells ? new int[cells] : coarse;
    for (int i = cells - 1; i >= 0; i--) {
      fine[i] = coarse[i >> shift];
    }
    return fine;
  }
}
