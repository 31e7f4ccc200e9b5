package nibble.emulator.check;

import java.util.Arrays;

/**
 * Who last wrote and who has read since each cell of a piece of memory. Cells are words of four bytes until an access
 * asks for less; from then on they are bytes.
 */
final class ShadowPage {
  /** Bytes of memory that a page stands for. */
  static final int BYTES = 1024;

  private static final int WORD_BITS = 2;

  /** Bits of an offset within a cell. */
  int cellBits = WORD_BITS;
  /** The last write that changed the cell, or a copy under way. */
  long[] writes = new long[BYTES >> WORD_BITS];
  int[] writeSites = new int[BYTES >> WORD_BITS];
  /** Accesses since then: a stamp or a set. */
  long[] reads = new long[BYTES >> WORD_BITS];
  int[] readSites = new int[BYTES >> WORD_BITS];

  /** Makes cells bytes. */
  void refine() {
    if (cellBits == 0) {
      return;
    }
    cellBits = 0;
    writes = refine(writes);
    reads = refine(reads);
    writeSites = refine(writeSites);
    readSites = refine(readSites);
  }

  private static long[] refine(long[] words) {
    long[] bytes = new long[BYTES];
    Arrays.setAll(bytes, i -> words[i >> WORD_BITS]);
    return bytes;
  }

  private static int[] refine(int[] words) {
    int[] bytes = new int[BYTES];
    Arrays.setAll(bytes, i -> words[i >> WORD_BITS]);
    return bytes;
  }

  void clear() {
    Arrays.fill(writes, Stamp.NONE);
    Arrays.fill(reads, Stamp.NONE);
  }
}
