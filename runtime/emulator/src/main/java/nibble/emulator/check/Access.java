package nibble.emulator.check;

import nibble.emulator.execute.StoredValues;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * What a warp accesses now, and what those of its lanes know for which a cell is looked at. One object serves a block
 * for one access after the other; {@link CellVisitor} begins them, and {@link ConflictRules} only looks.
 */
final class Access implements AccessSets.Knowledge {
  static final int WARP = 32;

  private final BlockClocks clocks;

  Warp warp;
  int lanes;
  ShadowMemory shadow;
  /** Names the memory for messages. */
  AddressResolver place;
  long[] offsets;
  int bytes;
  /** What is stored; null where that is not known. */
  StoredValues values;
  int site;
  int life;
  int time;

  /** The lanes for which a cell is looked at, which all access the same, and the first of them. */
  int who;
  int lane;

  // What is past for all threads of the block: stamps from the first to the second.
  private long firstPast;
  private long lastPast;

  /** Accesses of a block of these clocks. */
  Access(BlockClocks clocks) {
    this.clocks = clocks;
  }

  /** Begins with an access. */
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
    life = clocks.life();
    time = clocks.now();
    firstPast = Stamp.of(0, life, 0, 0);
    lastPast = Stamp.of(0, life, clocks.base(), Stamp.THREADS - 1);
  }

  /** Turns to cells that some lanes access, of which this is the first. */
  void turnTo(int newLane, int newWho) {
    lane = newLane;
    who = newWho;
  }

  /** The stamp that it leaves for the warp's first lane; those of the others follow. */
  long stamp(int deed) {
    return Stamp.of(deed, life, time, warp.index * WARP);
  }

  /** Up to when all threads that can access the memory know of each other. */
  int base() {
    return shadow.isOfBlock() ? clocks.base() : 0;
  }

  boolean isSingle() {
    return (who & who - 1) == 0;
  }

  /** Whether the lane left a stamp itself. */
  boolean isOwn(long stamp) {
    return Stamp.isSameThread(stamp, Stamp.of(0, life, 0, warp.index * WARP + lane));
  }

  /** Whether lanes of the warp left a stamp. */
  boolean isOfOwnWarp(long stamp) {
    return Stamp.life(stamp) == life && Stamp.thread(stamp) / WARP == warp.index;
  }

  /** The offset of a cell of the page that the lane accesses. */
  long start(ShadowPage page, int cell) {
    return offsets[lane] / ShadowPage.BYTES * ShadowPage.BYTES + ((long) cell << page.cellBits);
  }

  // Knowledge of all threads of the block

  /** Whether all threads of the block know what a cell holds, as nearly always. */
  boolean isKnownToAll(long stamp) {
    if (Stamp.isSet(stamp)) {
      return !shadow.sets().isLive(stamp);
    }
    long when = Stamp.when(stamp);
    return when >= firstPast && when <= lastPast && Stamp.deed(stamp) != Deed.COPY;
  }

  boolean isKnownOrNone(long stamp) {
    return stamp == Stamp.NONE || isKnownToAll(stamp);
  }

  /** Whether a stamp is of one access, which all threads of the block know, or of none. */
  boolean isClear(long stamp) {
    return stamp == Stamp.NONE || !Stamp.isSet(stamp) && isKnownToAll(stamp);
  }

  /** Whether all threads of the block know all accesses of a cell. */
  boolean isKnown(ShadowPage page, int cell) {
    return isKnownOrNone(page.writes[cell]) && (!page.hasReads || isKnownOrNone(page.reads[cell]));
  }

  /** Whether all threads of the block know the last writes of the half of a page that it fills. */
  boolean isHalfKnown(ShadowPage page) {
    Fill last = page.fill(offsets[0]);
    if (last != null) {
      return isKnownToAll(last.stamp());
    }
    boolean areKnown = true;
    for (int lane = 0; lane < WARP && areKnown; lane++) {
      int cell = ((int) offsets[lane] & ShadowPage.BYTES - 1) >> Fill.CELL_BITS;
      areKnown = isKnownOrNone(page.writes[cell]);
    }
    return areKnown;
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
  public boolean knowsBlock(int other, int until) {
    boolean knows = true;
    for (int rest = who; rest != 0 && knows; rest &= rest - 1) {
      int thread = warp.index * WARP + Integer.numberOfTrailingZeros(rest);
      knows = clocks.knowsBlock(warp.index, thread, other, until);
    }
    return knows;
  }

  @Override
  public boolean isPast(long stamp) {
    return shadow.isOfBlock() && Stamp.time(stamp) <= clocks.base();
  }
}
