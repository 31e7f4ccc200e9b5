package nibble.emulator.check;

import java.lang.foreign.MemorySegment;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.memory.Space;

/**
 * Finds with whom an access is in conflict of those whose stamps a cell holds, and what the access turns out to be.
 *
 * <p>A store of what is there already is like a read: nobody can tell whether it happened, unless somebody else changes
 * the value.
 *
 * <pre>
 *   cell written by   access           found
 *   known             any              nothing
 *   a copy            any              the copy is not finished, unless another copy brings the same
 *   not known         write            a race, or lanes that store different values at once; nothing if it is there
 *   not known         read             a race, unless the reader has stored the same
 *
 *   cell read by      access           found
 *   known             any              nothing
 *   not known         write            a race, unless it is there already
 *   not known         atomic           a race, unless both are of a scope that holds both threads
 * </pre>
 */
final class ConflictRules {
  private final Access access;
  private final ThreadBlock block;
  private final ConflictFindings conflicts;

  /** For the accesses of a block. */
  ConflictRules(Access access, RaceChecker races, ThreadBlock block) {
    this.access = access;
    this.block = block;
    this.conflicts = new ConflictFindings(races, block);
  }

  /** Checks an access of a cell, which is one of {@link Deed}; gives what it turns out to be. */
  int check(ShadowPage page, int cell, int deed) {
    int left = deed;
    if (!access.isKnownOrNone(page.writes[cell])) {
      left = checkWrite(page, cell, left);
    }
    if (!access.isKnownOrNone(page.reads[cell])) {
      left = checkReads(page, cell, left);
    }
    return left;
  }

  /** Checks an access against the last write. */
  private int checkWrite(ShadowPage page, int cell, int deed) {
    long write = page.writes[cell];
    if (Stamp.deed(write) == Deed.COPY) {
      if (deed == Deed.COPY && isCopied(page, cell)) {
        return deed;
      }
      report(KernelFault.Kind.UNFINISHED_COPY, page, cell, deed, write, page.writeSites[cell], true);
      return deed;
    }
    if (access.knows(write) || access.isSingle() && access.isOwn(write)) {
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
    boolean same = access.values != null;
    long at = access.start(page, cell);
    for (int i = 0; same && i < 1 << page.cellBits; i++) {
      int index = (int) (at - access.offsets[access.lane]) + i;
      same = copied(at + i) == (access.values.at(access.lane, index) & 0xff);
    }
    return same;
  }

  /** What a byte of shared memory will be by the copies under way, those of this access's earlier lanes included. */
  private int copied(long at) {
    for (int rest = access.lanes & (1 << access.lane) - 1; rest != 0; rest &= rest - 1) {
      long index = at - access.offsets[Integer.numberOfTrailingZeros(rest)];
      if (index >= 0 && index < access.bytes) {
        return access.values.at(Integer.numberOfTrailingZeros(rest), (int) index) & 0xff;
      }
    }
    return block.underWay(at);
  }

  /** Whether those that read have stored the value themselves since the last write, or know somebody who has. */
  private boolean hasWrittenTheSame(long reads) {
    if (reads == Stamp.NONE) {
      return false;
    }
    if (!Stamp.isSet(reads)) {
      return Stamp.deed(reads) == Deed.SILENT_WRITE
          && (access.knows(reads) || access.isSingle() && access.isOwn(reads));
    }
    AccessSets sets = access.shadow.sets();
    for (int set = sets.chain(reads); set != 0; set = sets.rest(set)) {
      int others = sets.isOfBlock(set) ? -1 : sets.lanes(set);
      if (Stamp.deed(sets.stamp(set)) == Deed.SILENT_WRITE && sets.unknown(access, set) != others) {
        return true;
      }
    }
    return false;
  }

  /** Whether the lane stores what the cell holds already, or what another lane stores there at the same time. */
  private boolean isThere(ShadowPage page, int cell, long write) {
    if (access.values == null || !access.values.areKnown()) {
      return false;
    }
    int size = 1 << page.cellBits;
    int lane = access.lane;
    int from = ((cell << page.cellBits) - (int) (access.offsets[lane] % ShadowPage.BYTES));
    if (isOfThisStore(page, cell, write)) {
      int other = Stamp.thread(write) % Access.WARP;
      int otherFrom = (int) (access.offsets[lane] + from - access.offsets[other]);
      return access.values.areEqual(lane, from, other, otherFrom, size);
    }
    return access.values.areThere(lane, memory(), access.offsets[lane], from, size);
  }

  private MemorySegment memory() {
    return access.shadow.isOfBlock() ? block.shared() : access.place.segment();
  }

  /** Whether a stamp was left by another lane of the very access that is looked at. */
  private boolean isOfThisStore(ShadowPage page, int cell, long write) {
    int other = Stamp.thread(write) % Access.WARP;
    boolean isSameInstruction =
        write != Stamp.NONE && access.isOfOwnWarp(write) && page.writeSites[cell] == access.site
            && Stamp.time(write) == access.time && (access.lanes >>> other & 1) != 0 && other < access.lane;
    long at = access.start(page, cell);
    return isSameInstruction && at >= access.offsets[other] && at < access.offsets[other] + access.bytes;
  }

  /** Checks an access against those since the last write. */
  private int checkReads(ShadowPage page, int cell, int deed) {
    long reads = page.reads[cell];
    if (!Stamp.isSet(reads)) {
      boolean isFine = access.knows(reads) || access.isSingle() && access.isOwn(reads);
      return isFine ? deed : conflict(page, cell, deed, reads, page.readSites[cell], true);
    }
    AccessSets sets = access.shadow.sets();
    int left = deed;
    boolean isOrdered = false;
    for (int set = sets.chain(reads); set != 0; set = sets.rest(set)) {
      long stamp = sets.stamp(set);
      int other = Stamp.deed(stamp);
      boolean isOfOwnWarp = !sets.isOfBlock(set) && access.isOfOwnWarp(stamp);
      int own = isOfOwnWarp && access.isSingle() ? sets.lanes(set) & access.who : 0;
      // What the thread's own strong access came after, its other accesses of the cell come after, too.
      int unknown = isOrdered && Deed.isAtomic(other) ? 0 : sets.unknown(access, set) & ~own;
      isOrdered |= own != 0 && Deed.isStrong(other);
      if (unknown != 0) {
        int first = sets.isOfBlock(set) ? 0 : Integer.numberOfTrailingZeros(unknown);
        left = conflict(page, cell, left, stamp + first, sets.site(set), !sets.isOfBlock(set));
      }
    }
    return left;
  }

  /** Reports an access that nothing orders with another one, if that matters; gives what it turns out to be. */
  private int conflict(ShadowPage page, int cell, int deed, long other, int otherSite, boolean isThread) {
    boolean inOneBlock = Stamp.life(other) == access.life;
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
    long at = access.start(page, cell);
    boolean isShared = access.shadow.isOfBlock();
    long address = isShared ? at : access.place.region().base() + at;
    String where = isShared ? block.nameShared(at) : access.place.region() + ", byte " + at;
    conflicts.add(
        new ConflictFindings.Here(access.warp, access.lane, access.site, deed), kind,
        Space.name(isShared ? Space.SHARED : Space.GLOBAL), address, where,
        new ConflictFindings.There(other, otherSite, isThread));
  }
}
