package nibble.emulator.check;

import java.lang.foreign.MemorySegment;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/**
 * Looks at the cells of shadow memory that an access of a warp concerns, finds with whom the access is in conflict, and
 * leaves the lanes' stamps there.
 *
 * <p>A store of what is there already is remembered like a read: nobody can tell whether it happened, unless somebody
 * else changes the value.
 */
final class CellVisitor implements AccessSets.Knowledge {
  private static final int WARP = 32;

  private final RaceChecker races;
  private final ThreadBlock block;
  private final BlockClocks clocks;
  private final ConflictFindings conflicts;
  /** The reads of shared memory that are entered later. */
  private final PendingReads pending = new PendingReads(PendingReads.OF_BLOCK);

  // The access.
  private Warp warp;
  private ShadowMemory shadow;
  private AddressResolver place;
  private long[] offsets;
  private int lanes;
  private int bytes;
  private int site;
  private StoredValues values;
  private int time;
  /** The page of the cells that were looked at last. */
  private ShadowPage page;
  private long pageNumber;

  // What is past for all threads of the block: stamps from the first to the second.
  private long firstPast;
  private long lastPast;
  // The lanes for which a cell is looked at, which all access the same.
  private int who;
  private int lane;

  /** Of a block's accesses, of which reads of shared memory may be entered later. */
  CellVisitor(RaceChecker races, ThreadBlock block, BlockClocks clocks) {
    this.races = races;
    this.block = block;
    this.clocks = clocks;
    this.conflicts = new ConflictFindings(races, block);
  }

  /** What happened in the block's shared memory so far, all of its threads know. */
  void allMet() {
    pending.clear();
  }

  /**
   * Begins with an access.
   *
   * @param newPlace names the memory for messages
   * @param newValues what is stored, where that is known
   */
  void begin(
      Warp newWarp, int newLanes, ShadowMemory newShadow, AddressResolver newPlace, long[] newOffsets, int newBytes,
      StoredValues newValues, int newSite) {
    warp = newWarp;
    lanes = newLanes;
    shadow = newShadow;
    place = newPlace;
    offsets = newOffsets;
    bytes = newBytes;
    values = newValues;
    site = newSite;
    time = clocks.now();
    pageNumber = -1;
    firstPast = Stamp.of(0, clocks.life(), 0, 0);
    lastPast = Stamp.of(0, clocks.life(), clocks.base(), Stamp.THREADS - 1);
  }

  // Knowledge of the lanes that are looked at

  @Override
  public boolean knows(long stamp) {
    boolean knows = true;
    for (int rest = who; rest != 0 && knows; rest &= rest - 1) {
      knows = clocks.knows(warp.index, warp.index * WARP + Integer.numberOfTrailingZeros(rest), stamp);
    }
    return knows;
  }

  @Override
  public boolean knowsBlock(int life, int until) {
    boolean knows = true;
    for (int rest = who; rest != 0 && knows; rest &= rest - 1) {
      int thread = warp.index * WARP + Integer.numberOfTrailingZeros(rest);
      knows = clocks.knowsBlock(warp.index, thread, life, until);
    }
    return knows;
  }

  @Override
  public boolean isPast(long stamp) {
    return shadow.isOfBlock() && Stamp.time(stamp) <= clocks.base();
  }

  /** Whether all threads of the block know what a cell holds, as nearly always. */
  private boolean isKnownToAll(long stamp) {
    if (Stamp.isSet(stamp)) {
      return !shadow.sets().isLive(stamp);
    }
    long when = Stamp.when(stamp);
    return when >= firstPast && when <= lastPast && Stamp.deed(stamp) != Deed.COPY;
  }

  // Cells

  /** Visits the cells that all lanes read, once for lanes that read the same, or has that done later. */
  void visitReads(int deed) {
    PendingReads later = pending();
    if (deed == Deed.READ && areSettled(later.round())) {
      long first = Stamp.of(deed, clocks.life(), time, warp.index * WARP);
      later.add(shadow, lanes, offsets, bytes, site, first, clocks.base());
      return;
    }
    boolean areApart = PendingReads.sharing(lanes, offsets) == (lanes & -lanes);
    for (int rest = lanes; rest != 0; ) {
      int same = areApart ? rest & -rest : PendingReads.sharing(rest, offsets);
      visit(deed, Integer.numberOfTrailingZeros(rest), same);
      rest &= ~same;
    }
  }

  /** Visits the cells that the lanes store to, or will by a copy: those of one lane after those of the other. */
  void visitWrites(int deed) {
    long first = Stamp.of(deed, clocks.life(), time, warp.index * WARP);
    boolean isPlain = deed == Deed.WRITE || deed == Deed.COPY;
    int rest = lanes;
    while (rest != 0) {
      int next = Integer.numberOfTrailingZeros(rest);
      int done = isPlain ? writeCells(rest, first) : 0;
      if (done == 0 && (!isPlain || !write(offsets[next], first + next))) {
        visit(deed, next, 1 << next);
      }
      rest &= done == 0 ? rest - 1 : ~done;
    }
  }

  /**
   * Writes the cells of the first ones of some lanes that write a whole cell each of one page, as long as all threads
   * of the block know all accesses of those cells; gives these lanes.
   */
  private int writeCells(int some, long first) {
    int next = Integer.numberOfTrailingZeros(some);
    turnTo(offsets[next]);
    ShadowPage page = this.page;
    if (bytes != 1 << page.cellBits) {
      return 0;
    }
    long[] at = offsets;
    long[] writes = page.writes;
    long[] reads = page.reads;
    int[] sites = page.writeSites;
    long number = pageNumber;
    int rest = some;
    int copies = 0;
    for (; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long offset = at[lane];
      int cell = (int) offset & ShadowPage.BYTES - 1;
      boolean isCell = offset >> ShadowPage.BITS == number && (cell & bytes - 1) == 0;
      cell >>= page.cellBits;
      if (!isCell || !isKnownOrNone(writes[cell]) || !isKnownOrNone(reads[cell])) {
        break;
      }
      writes[cell] = first + lane;
      sites[cell] = site;
      // Most often nobody has read: what need not change stays clean.
      if (reads[cell] != Stamp.NONE) {
        reads[cell] = Stamp.NONE;
      }
      copies++;
    }
    if (rest != some) {
      page.underWay += Stamp.deed(first) == Deed.COPY ? copies : 0;
      page.lastChange = time;
    }
    return some & ~rest;
  }

  private boolean isKnownOrNone(long stamp) {
    return stamp == Stamp.NONE || isKnownToAll(stamp);
  }

  /** Writes whole cells all of whose accesses all threads of the block know; false, with nothing done, if others. */
  private boolean write(long offset, long mine) {
    turnTo(offset);
    ShadowPage page = this.page;
    int cell = (int) offset % ShadowPage.BYTES >> page.cellBits;
    int end = cell + (bytes >> page.cellBits);
    boolean areKnown = ((offset | bytes) & (1L << page.cellBits) - 1) == 0;
    for (int i = cell; i < end && areKnown; i++) {
      areKnown = isKnownOrNone(page.writes[i]) && isKnownOrNone(page.reads[i]);
    }
    if (!areKnown) {
      return false;
    }
    for (int i = cell; i < end; i++) {
      page.writes[i] = mine;
      page.writeSites[i] = site;
      page.reads[i] = Stamp.NONE;
    }
    page.underWay += Stamp.deed(mine) == Deed.COPY ? end - cell : 0;
    page.lastChange = time;
    return true;
  }

  private void turnTo(long offset) {
    if (offset >> ShadowPage.BITS != pageNumber) {
      pageNumber = offset >> ShadowPage.BITS;
      page = shadow.page(offset, bytes);
      pending().enter(page);
    }
  }

  private PendingReads pending() {
    return shadow.isOfBlock() ? pending : races.pending();
  }

  /**
   * Whether all threads that can access the memory know of all that is more than a plain read of what the lanes read.
   * The pages get the number of a round of pending reads.
   */
  private boolean areSettled(int round) {
    int base = shadow.isOfBlock() ? clocks.base() : 0;
    long settled = -1;
    boolean areSettled = true;
    for (int rest = lanes; rest != 0 && areSettled; rest &= rest - 1) {
      long offset = offsets[Integer.numberOfTrailingZeros(rest)];
      if (offset >> ShadowPage.BITS != settled) {
        ShadowPage page = shadow.page(offset, bytes);
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
    int cell = offset >> page.cellBits;
    boolean areSettled = true;
    for (int end = cell + (bytes >> page.cellBits); cell < end && areSettled; cell++) {
      long reads = page.reads[cell];
      boolean isRead = !Stamp.isSet(reads) && Stamp.deed(reads) == Deed.READ;
      areSettled = isClear(page.writes[cell]) && (isRead || isClear(reads));
    }
    return areSettled;
  }

  /**
   * Visits the cells that a lane accesses.
   *
   * @param newWho all lanes that access the same, on whose behalf this is
   */
  void visit(int deed, int newLane, int newWho) {
    lane = newLane;
    who = newWho;
    long mine = Stamp.of(deed, clocks.life(), time, warp.index * WARP + lane);
    long offset = offsets[lane];
    turnTo(offset);
    page.refine(offset, bytes);
    page.lastChange = deed == Deed.READ ? page.lastChange : time;
    int cell = (int) offset % ShadowPage.BYTES >> page.cellBits;
    boolean isWrite = deed == Deed.WRITE || deed == Deed.COPY;
    boolean isReadByOne = deed == Deed.READ && isSingle();
    for (int end = cell + (bytes >> page.cellBits); cell < end; cell++) {
      long write = page.writes[cell];
      long reads = page.reads[cell];
      if (!isClear(write) || !isClear(reads)) {
        check(page, cell, deed, mine);
      } else if (isWrite) {
        write(page, cell, deed, mine);
      } else if (isReadByOne && (reads == Stamp.NONE || shadow.isOfBlock() || Stamp.deed(reads) == Deed.READ)) {
        page.reads[cell] = mine;
        page.readSites[cell] = site;
      } else {
        remember(page, cell, reads, mine);
      }
    }
  }

  /** Whether a stamp is of one access, which all threads of the block know, or of none. */
  private boolean isClear(long stamp) {
    return stamp == Stamp.NONE || !Stamp.isSet(stamp) && isKnownToAll(stamp);
  }

  private void check(ShadowPage page, int cell, int deed, long mine) {
    int left = deed;
    long write = page.writes[cell];
    if (write != Stamp.NONE && !isKnownToAll(write)) {
      left = checkWrite(page, cell, left);
    }
    long reads = page.reads[cell];
    if (reads != Stamp.NONE && !isKnownToAll(reads)) {
      left = checkReads(page, cell, left);
    }
    if (left == Deed.WRITE || left == Deed.COPY) {
      write(page, cell, left, mine);
    } else {
      remember(page, cell, reads, left == deed ? mine : Stamp.withDeed(mine, left));
    }
  }

  private void write(ShadowPage page, int cell, int deed, long mine) {
    page.underWay += (deed == Deed.COPY ? 1 : 0) - (Stamp.deed(page.writes[cell]) == Deed.COPY ? 1 : 0);
    page.writes[cell] = mine;
    page.writeSites[cell] = site;
    page.reads[cell] = Stamp.NONE;
  }

  private void remember(ShadowPage page, int cell, long reads, long mine) {
    boolean isSingle = (who & who - 1) == 0;
    boolean isReplaced =
        reads == Stamp.NONE
            || isKnownToAll(reads) && shadow.isOfBlock()
            || !Stamp.isSet(reads)
                && Deed.covers(Stamp.deed(mine), Stamp.deed(reads))
                && (isKnownToAll(reads) || isSingle && Stamp.isSameThread(reads, mine));
    page.reads[cell] =
        isReplaced && isSingle
            ? mine
            : shadow.sets().add(this, isReplaced ? Stamp.NONE : reads, page.readSites[cell], mine, who, site);
    page.readSites[cell] = site;
  }

  /** Checks an access against the last write; gives what the access turns out to be. */
  private int checkWrite(ShadowPage page, int cell, int deed) {
    long write = page.writes[cell];
    if (Stamp.deed(write) == Deed.COPY) {
      if (deed == Deed.COPY && isCopied(page, cell)) {
        return deed;
      }
      report(KernelFault.Kind.UNFINISHED_COPY, page, cell, deed, write, page.writeSites[cell], true);
      return deed;
    }
    if (knows(write) || isSingle() && isOwn(write)) {
      return deed;
    }
    if (deed == Deed.WRITE || deed == Deed.COPY || Deed.isAtomic(deed)) {
      if (isThere(page, cell, write)) {
        return deed == Deed.WRITE ? Deed.SILENT_WRITE : deed;
      }
    } else if (deed <= Deed.STRONG_READ && hasWrittenTheSame(page.reads[cell])) {
      return deed;
    }
    boolean isOneStore = isOfThisStore(page, cell, write);
    report(
        isOneStore ? KernelFault.Kind.LANE_CONFLICT : KernelFault.Kind.RACE,
        page, cell, deed, write, page.writeSites[cell], true);
    return deed;
  }

  /** Whether a lane copies to a cell what another copy that is under way will write there. */
  private boolean isCopied(ShadowPage page, int cell) {
    boolean same = values != null;
    long at = start(page, cell);
    for (int i = 0; same && i < 1 << page.cellBits; i++) {
      same = copied(at + i) == (values.at(lane, (int) (at - offsets[lane]) + i) & 0xff);
    }
    return same;
  }

  /** What a byte of shared memory will be by the copies under way, those of this access's earlier lanes included. */
  private int copied(long at) {
    for (int rest = lanes & (1 << lane) - 1; rest != 0; rest &= rest - 1) {
      long index = at - offsets[Integer.numberOfTrailingZeros(rest)];
      if (index >= 0 && index < bytes) {
        return values.at(Integer.numberOfTrailingZeros(rest), (int) index) & 0xff;
      }
    }
    return block.underWay(at);
  }

  private boolean isSingle() {
    return (who & who - 1) == 0;
  }

  private boolean isOwn(long stamp) {
    return Stamp.isSameThread(stamp, Stamp.of(0, clocks.life(), 0, warp.index * WARP + lane));
  }

  /** Whether those that read have stored the value themselves since the last write, or know somebody who has. */
  private boolean hasWrittenTheSame(long reads) {
    if (reads == Stamp.NONE) {
      return false;
    }
    if (!Stamp.isSet(reads)) {
      return Stamp.deed(reads) == Deed.SILENT_WRITE && (knows(reads) || isSingle() && isOwn(reads));
    }
    AccessSets sets = shadow.sets();
    for (int set = sets.chain(reads); set != 0; set = sets.rest(set)) {
      int others = sets.isOfBlock(set) ? -1 : sets.lanes(set);
      if (Stamp.deed(sets.stamp(set)) == Deed.SILENT_WRITE && sets.unknown(this, set) != others) {
        return true;
      }
    }
    return false;
  }

  /** Whether the lane stores what the cell holds already, or what another lane stores there at the same time. */
  private boolean isThere(ShadowPage page, int cell, long write) {
    if (values == null || !values.areKnown()) {
      return false;
    }
    int size = 1 << page.cellBits;
    int from = ((cell << page.cellBits) - (int) (offsets[lane] % ShadowPage.BYTES));
    if (isOfThisStore(page, cell, write)) {
      int other = Stamp.thread(write) % WARP;
      int otherFrom = (int) (offsets[lane] + from - offsets[other]);
      return values.areEqual(lane, from, other, otherFrom, size);
    }
    return values.areThere(lane, memory(), offsets[lane], from, size);
  }

  private MemorySegment memory() {
    return shadow.isOfBlock() ? block.shared() : place.segment();
  }

  /** Whether a stamp was left by another lane of the very access that is looked at. */
  private boolean isOfThisStore(ShadowPage page, int cell, long write) {
    int other = Stamp.thread(write) % WARP;
    boolean isSameInstruction =
        write != Stamp.NONE && Stamp.life(write) == clocks.life() && Stamp.thread(write) / WARP == warp.index
            && page.writeSites[cell] == site && Stamp.time(write) == time && (lanes >>> other & 1) != 0 && other < lane;
    long at = start(page, cell);
    return isSameInstruction && at >= offsets[other] && at < offsets[other] + bytes;
  }

  /** Checks an access against those since the last write; gives what the access turns out to be. */
  private int checkReads(ShadowPage page, int cell, int deed) {
    long reads = page.reads[cell];
    if (!Stamp.isSet(reads)) {
      boolean isFine = knows(reads) || isSingle() && isOwn(reads);
      return isFine ? deed : conflict(page, cell, deed, reads, page.readSites[cell], true);
    }
    AccessSets sets = shadow.sets();
    int left = deed;
    boolean isOrdered = false;
    for (int set = sets.chain(reads); set != 0; set = sets.rest(set)) {
      long stamp = sets.stamp(set);
      int other = Stamp.deed(stamp);
      int own = isOfOwnWarp(set) && isSingle() ? sets.lanes(set) & who : 0;
      // What the thread's own strong access came after, its other accesses of the cell come after, too.
      int unknown = isOrdered && Deed.isAtomic(other) ? 0 : sets.unknown(this, set) & ~own;
      isOrdered |= own != 0 && Deed.isStrong(other);
      if (unknown != 0) {
        int first = sets.isOfBlock(set) ? 0 : Integer.numberOfTrailingZeros(unknown);
        left = conflict(page, cell, left, stamp + first, sets.site(set), !sets.isOfBlock(set));
      }
    }
    return left;
  }

  private boolean isOfOwnWarp(int set) {
    AccessSets sets = shadow.sets();
    long stamp = sets.stamp(set);
    return !sets.isOfBlock(set) && Stamp.life(stamp) == clocks.life() && Stamp.thread(stamp) / WARP == warp.index;
  }

  /** Reports an access that nothing orders with another one, if that matters; gives what it turns out to be. */
  private int conflict(ShadowPage page, int cell, int deed, long other, int otherSite, boolean isThread) {
    boolean inOneBlock = Stamp.life(other) == clocks.life();
    int otherDeed = Stamp.deed(other);
    if (!Deed.conflicts(deed, otherDeed, inOneBlock)) {
      return deed;
    }
    if ((deed == Deed.WRITE || deed == Deed.COPY) && !Deed.conflicts(Deed.SILENT_WRITE, otherDeed, inOneBlock)
        && isThere(page, cell, Stamp.NONE)) {
      return Deed.SILENT_WRITE;
    }
    boolean areStrong = Deed.isStrong(deed) && Deed.isStrong(otherDeed);
    report(
        areStrong ? KernelFault.Kind.NARROW_SCOPE : KernelFault.Kind.RACE, page, cell, deed, other, otherSite,
        isThread);
    return deed;
  }

  private void report(
      KernelFault.Kind kind, ShadowPage page, int cell, int deed, long other, int otherSite, boolean isThread) {
    long at = start(page, cell);
    boolean isShared = shadow.isOfBlock();
    long address = isShared ? at : place.region().base() + at;
    String where = isShared ? block.nameShared(at) : place.region() + ", byte " + at;
    conflicts.add(
        new ConflictFindings.Here(warp, lane, site, deed), kind, Space.name(isShared ? Space.SHARED : Space.GLOBAL),
        address, where, new ConflictFindings.There(other, otherSite, isThread));
  }

  /** The offset of a cell of the page that the lane accesses. */
  private long start(ShadowPage page, int cell) {
    return offsets[lane] / ShadowPage.BYTES * ShadowPage.BYTES + ((long) cell << page.cellBits);
  }
}
