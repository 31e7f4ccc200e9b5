package nibble.emulator.check;

import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * Leaves the stamps of a warp's accesses in the cells of shadow memory that they concern. Where all threads of the
 * block know what a cell holds, nothing else is to be done; of others {@link ConflictRules} tell what they mean.
 */
final class CellVisitor {
  private final RaceChecker races;
  private final BlockClocks clocks;
  private final Access access;
  private final ConflictRules rules;
  /** The reads of shared memory that are entered later. */
  private final PendingReads pending = new PendingReads(PendingReads.OF_BLOCK);

  /** The page of the cells that were looked at last. */
  private ShadowPage page;
  private long pageNumber;

  /** Of a block's accesses, of which reads of shared memory may be entered later. */
  CellVisitor(RaceChecker races, ThreadBlock block, BlockClocks clocks) {
    this.races = races;
    this.clocks = clocks;
    access = new Access(clocks);
    rules = new ConflictRules(access, races, block);
  }

  /** What happened in the block's shared memory so far, all of its threads know. */
  void allMet() {
    pending.clear();
  }

  /**
   * Begins with an access.
   *
   * @param place names the memory for messages
   * @param values what is stored, null where that is not known
   */
  void begin(
      Warp warp, int lanes, ShadowMemory shadow, AddressResolver place, long[] offsets, int bytes,
      StoredValues values, int site) {
    access.begin(warp, lanes, shadow, place, offsets, bytes, values, site);
    pageNumber = -1;
  }

  private PendingReads pending() {
    return access.shadow.isOfBlock() ? pending : races.pending();
  }

  /** Turns to the page of an offset, which is about to change or of whose accesses all matter. */
  private void turnTo(long offset) {
    if (offset >> ShadowPage.BITS != pageNumber) {
      pageNumber = offset >> ShadowPage.BITS;
      page = change(offset);
      page.spill();
    }
  }

  private ShadowPage change(long offset) {
    ShadowPage page = access.shadow.page(offset, access.bytes);
    access.shadow.change(pending());
    pending().enter(page);
    return page;
  }

  // Reads

  /** Visits the cells that all lanes read, once for lanes that read the same, or has that done later. */
  void visitReads(int deed) {
    if (deed == Deed.READ && areSettled()) {
      pending().add(
          access.shadow, access.lanes, access.offsets, access.bytes, access.site, access.stamp(deed), clocks.base());
      return;
    }
    boolean areApart = PendingReads.sharing(access.lanes, access.offsets) == (access.lanes & -access.lanes);
    for (int rest = access.lanes; rest != 0; ) {
      int same = areApart ? rest & -rest : PendingReads.sharing(rest, access.offsets);
      visit(deed, Integer.numberOfTrailingZeros(rest), same);
      rest &= ~same;
    }
  }

  /**
   * Whether all threads that can access the memory know of all that is more than a plain read of what the lanes read.
   * The memory or its pages get the number of a round of pending reads.
   */
  private boolean areSettled() {
    ShadowMemory shadow = access.shadow;
    int round = pending().round();
    if (!shadow.hasChanged()) {
      shadow.read(round);
      return true;
    }
    int base = access.base();
    if (access.lanes == -1 && ShadowPage.isOne(access.offsets)) {
      ShadowPage page = shadow.page(access.offsets[0], access.bytes);
      if (page.lastChange <= base && page.underWay == 0) {
        page.round = round;
        return true;
      }
    }
    long settled = -1;
    boolean areSettled = true;
    for (int rest = access.lanes; rest != 0 && areSettled; rest &= rest - 1) {
      long offset = access.offsets[Integer.numberOfTrailingZeros(rest)];
      if (offset >> ShadowPage.BITS != settled) {
        ShadowPage page = shadow.page(offset, access.bytes);
        page.round = round;
        if (page.lastChange <= base && page.underWay == 0) {
          settled = offset >> ShadowPage.BITS;
        } else {
          areSettled = shadow.isOfBlock() && areSettled(page, (int) offset % ShadowPage.BYTES);
        }
      }
    }
    return areSettled;
  }

  private boolean areSettled(ShadowPage page, int offset) {
    page.spill();
    int cell = offset >> page.cellBits;
    boolean areSettled = true;
    for (int end = cell + (access.bytes >> page.cellBits); cell < end && areSettled; cell++) {
      areSettled = access.isClear(page.writes[cell]) && (!page.hasReads || isPlain(page.reads[cell]));
    }
    return areSettled;
  }

  private boolean isPlain(long reads) {
    return !Stamp.isSet(reads) && Stamp.deed(reads) == Deed.READ || access.isClear(reads);
  }

  // Writes

  /** Visits the cells that the lanes store to, or will by a copy: those of one lane after those of the other. */
  void visitWrites(int deed) {
    long first = access.stamp(deed);
    boolean isPlain = deed == Deed.WRITE || deed == Deed.COPY;
    if (isPlain && access.lanes == -1 && access.bytes == Fill.CELL_BYTES && fill(first)) {
      return;
    }
    int rest = access.lanes;
    while (rest != 0) {
      int next = Integer.numberOfTrailingZeros(rest);
      int done = isPlain ? writeCells(rest, first) : 0;
      if (done == 0 && (!isPlain || !write(access.offsets[next], first + next))) {
        visit(deed, next, 1 << next);
      }
      rest &= done == 0 ? rest - 1 : ~done;
    }
  }

  /** Writes half a page, if that is what lanes of a cell each do and all threads of the block know all of it. */
  private boolean fill(long first) {
    if (!Fill.fills(access.offsets)) {
      return false;
    }
    ShadowPage page = change(access.offsets[0]);
    boolean isFilled = page.cellBits == Fill.CELL_BITS && !page.hasReads && access.isHalfKnown(page);
    if (isFilled) {
      page.fill(access.offsets, first, access.site);
      page.underWay += Stamp.deed(first) == Deed.COPY ? Fill.CELLS : 0;
      page.lastChange = access.time;
    }
    return isFilled;
  }

  /**
   * Writes the cells of the first ones of some lanes that write a whole cell each of one page, as long as all threads
   * of the block know all accesses of those cells; gives these lanes.
   */
  private int writeCells(int some, long first) {
    long[] at = access.offsets;
    int next = Integer.numberOfTrailingZeros(some);
    turnTo(at[next]);
    ShadowPage page = this.page;
    int bytes = access.bytes;
    if (bytes != 1 << page.cellBits) {
      return 0;
    }
    long[] writes = page.writes;
    int[] sites = page.writeSites;
    int bits = page.cellBits;
    int site = access.site;
    long number = pageNumber;
    boolean areKnown = !page.hasReads && page.underWay == 0 && page.lastChange <= access.base();
    int rest = some;
    int copies = 0;
    for (; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long offset = at[lane];
      int cell = (int) offset & ShadowPage.BYTES - 1;
      boolean isCell = offset >> ShadowPage.BITS == number && (cell & bytes - 1) == 0;
      cell >>= bits;
      // Where all know the page, only a lane of this very access can have been here since.
      if (!isCell || (areKnown ? Stamp.ofWarp(writes[cell]) == first : !access.isKnown(page, cell))) {
        break;
      }
      writes[cell] = first + lane;
      sites[cell] = site;
      if (page.hasReads) {
        page.reads[cell] = Stamp.NONE;
      }
      copies++;
    }
    if (rest != some) {
      page.underWay += Stamp.deed(first) == Deed.COPY ? copies : 0;
      page.lastChange = access.time;
    }
    return some & ~rest;
  }

  /** Writes whole cells all of whose accesses all threads of the block know; false, with nothing done, if others. */
  private boolean write(long offset, long mine) {
    turnTo(offset);
    ShadowPage page = this.page;
    int cell = (int) offset % ShadowPage.BYTES >> page.cellBits;
    int end = cell + (access.bytes >> page.cellBits);
    boolean areKnown = ((offset | access.bytes) & (1L << page.cellBits) - 1) == 0;
    for (int i = cell; i < end && areKnown; i++) {
      areKnown = access.isKnown(page, i);
    }
    if (!areKnown) {
      return false;
    }
    for (int i = cell; i < end; i++) {
      page.writes[i] = mine;
      page.writeSites[i] = access.site;
      if (page.hasReads) {
        page.reads[i] = Stamp.NONE;
      }
    }
    page.underWay += Stamp.deed(mine) == Deed.COPY ? end - cell : 0;
    page.lastChange = access.time;
    return true;
  }

  // All accesses

  /**
   * Visits the cells that a lane accesses.
   *
   * @param who all lanes that access the same, on whose behalf this is
   */
  void visit(int deed, int lane, int who) {
    access.turnTo(lane, who);
    long mine = access.stamp(deed) + lane;
    long offset = access.offsets[lane];
    turnTo(offset);
    page.refine(offset, access.bytes);
    page.expectReads();
    page.lastChange = deed == Deed.READ ? page.lastChange : access.time;
    int cell = (int) offset % ShadowPage.BYTES >> page.cellBits;
    boolean isWrite = deed == Deed.WRITE || deed == Deed.COPY;
    boolean isReadByOne = deed == Deed.READ && access.isSingle();
    boolean isOfBlock = access.shadow.isOfBlock();
    for (int end = cell + (access.bytes >> page.cellBits); cell < end; cell++) {
      long reads = page.reads[cell];
      if (!access.isClear(page.writes[cell]) || !access.isClear(reads)) {
        check(page, cell, deed, mine);
      } else if (isWrite) {
        write(page, cell, deed, mine);
      } else if (isReadByOne && (reads == Stamp.NONE || isOfBlock || Stamp.deed(reads) == Deed.READ)) {
        page.reads[cell] = mine;
        page.readSites[cell] = access.site;
      } else {
        remember(page, cell, reads, mine);
      }
    }
  }

  private void check(ShadowPage page, int cell, int deed, long mine) {
    int left = rules.check(page, cell, deed);
    if (left == Deed.WRITE || left == Deed.COPY) {
      write(page, cell, left, mine);
    } else {
      remember(page, cell, page.reads[cell], left == deed ? mine : Stamp.withDeed(mine, left));
    }
  }

  private void write(ShadowPage page, int cell, int deed, long mine) {
    page.underWay += (deed == Deed.COPY ? 1 : 0) - (Stamp.deed(page.writes[cell]) == Deed.COPY ? 1 : 0);
    page.writes[cell] = mine;
    page.writeSites[cell] = access.site;
    page.reads[cell] = Stamp.NONE;
  }

  private void remember(ShadowPage page, int cell, long reads, long mine) {
    boolean isSingle = access.isSingle();
    boolean isReplaced =
        reads == Stamp.NONE
            || access.isKnownToAll(reads) && access.shadow.isOfBlock()
            || !Stamp.isSet(reads)
                && Deed.covers(Stamp.deed(mine), Stamp.deed(reads))
                && (access.isKnownToAll(reads) || isSingle && Stamp.isSameThread(reads, mine));
    int site = access.site;
    page.reads[cell] =
        isReplaced && isSingle
            ? mine
            : access.shadow.sets()
                .add(access, isReplaced ? Stamp.NONE : reads, page.readSites[cell], mine, access.who, site);
    page.readSites[cell] = site;
  }
}
