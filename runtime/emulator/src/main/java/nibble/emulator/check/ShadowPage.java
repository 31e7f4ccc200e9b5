package nibble.emulator.check;

import java.util.Arrays;

/**
 * Who last wrote and who has read since each cell of a piece of memory. Cells are of 16 bytes until an access asks for
 * less; from then on they are as small as that access: 8, 4 or 1 bytes.
 */
final class ShadowPage {
  /** Bytes of memory that a page stands for, and their logarithm. */
  static final int BITS = 10;
  static final int BYTES = 1 << BITS;

  private static final int LARGEST_CELL_BITS = 4;
  private static final int WORD_BITS = 2;

  /** Bits of an offset within a cell. */
  int cellBits;
  /** The last write that changed the cell, or a copy under way. */
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
