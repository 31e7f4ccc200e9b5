package nibble.emulator.check;

import nibble.emulator.execute.Warp;

/** Makes writes of the stamps of copies whose lanes have waited for them, and know of them from then on. */
final class CopyCompletion {
  private final BlockClocks clocks;
  private final ShadowMemory shared;

  /** Of a block's copies to its shared memory. */
  CopyCompletion(BlockClocks clocks, ShadowMemory shared) {
    this.clocks = clocks;
    this.shared = shared;
  }

  /** Copies by lanes of a warp have become writes, unless somebody else has written there since. */
  void complete(Warp warp, int lanes, long[] destinations, int bytes) {
    int now = clocks.now();
    long first = Stamp.of(Deed.WRITE, clocks.life(), now, warp.index * Access.WARP);
    if (lanes == -1 && bytes == Fill.CELL_BYTES && completeFill(destinations, first)) {
      return;
    }
    ShadowPage page = null;
    long number = -1;
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long offset = destinations[lane];
      if (offset >> ShadowPage.BITS != number) {
        number = offset >> ShadowPage.BITS;
        page = shared.page(offset, bytes);
        page.spill();
        page.lastChange = now;
      }
      page.refine(offset, bytes);
      long mine = first + lane;
      long[] writes = page.writes;
      int cell = ((int) offset & ShadowPage.BYTES - 1) >> page.cellBits;
      for (int end = cell + (bytes >> page.cellBits); cell < end; cell++) {
        long write = writes[cell];
        if (Stamp.deed(write) == Deed.COPY && Stamp.isSameThread(write, mine)) {
          writes[cell] = mine;
          page.underWay--;
        }
      }
    }
  }

  private boolean completeFill(long[] destinations, long first) {
    ShadowPage page = shared.page(destinations[0], Fill.CELL_BYTES);
    Fill fill = page.fill(destinations[0]);
    if (fill == null || !fill.isCopy(first, destinations)) {
      return false;
    }
    fill.complete(first);
    page.underWay -= Fill.CELLS;
    page.lastChange = Stamp.time(first);
    return true;
  }
}
