package nibble.emulator.check;

import java.util.Arrays;

/**
 * Plain reads that the cells of shadow memory do not know of yet. Who reads a cell matters to who changes it later
 * without being ordered behind the read. Of shared memory the next barrier of the block comes first, nearly always;
 * most global memory that is read is never written. So the reads are kept as they are, and entered into cells only when
 * somebody is about to change what is near to what one of them has read.
 *
 * <pre>
 *   warp 0 reads page 1      pending: 0 reads 1
 *   warp 1 reads page 2      pending: 0 reads 1, 1 reads 2
 *   warp 0 writes page 3     pending: 0 reads 1, 1 reads 2
 *   all wait                 pending: none
 *   warp 0 reads page 2      pending: 0 reads 2
 *   warp 1 writes page 2     the read of warp 0 is entered into cells, and the write compared with it
 * </pre>
 *
 * <p>Only reads of pages are kept whose other accesses all that can access the page know, or of which there are none:
 * nothing can be found when they are entered. By then the threads may know more than they did. Therefore a read
 * replaces only what all threads of its block knew when it was executed: more is kept than need be, and no less is
 * found.
 */
final class PendingReads implements AccessSets.Knowledge {
  /** Reads of a block's shared memory, which each of its barriers forgets. */
  static final int OF_BLOCK = 1 << 8;

  /** Reads of all global memory in a launch. */
  static final int OF_LAUNCH = 1 << 16;

  private static final int FIRST_CAPACITY = 1 << 8;
  private static final int WARP = 32;

  private final int most;
  private ShadowMemory[] memories = new ShadowMemory[FIRST_CAPACITY];
  private int[] lanes = new int[FIRST_CAPACITY];
  private int[] bytes = new int[FIRST_CAPACITY];
  private int[] sites = new int[FIRST_CAPACITY];
  /** Stamps of the warps' first lanes. */
  private long[] stamps = new long[FIRST_CAPACITY];
  /** Up to when all threads of the block knew each other. */
  private int[] bases = new int[FIRST_CAPACITY];
  private long[][] offsets = new long[FIRST_CAPACITY][];
  private int count;
  /** A number of its own for the time between one emptying and the next; pages that are read hold it. */
  private int round = 1;

  // The read that is entered.
  private boolean isOfBlock;
  private int life;
  private int base;

  /** Of so many reads; when there are more, they are entered. */
  PendingReads(int most) {
    this.most = most;
  }

  /** The number that pages which the next read is of must have; there is room for that read. */
  int round() {
    if (count == most) {
      enter();
    }
    return round;
  }

  /**
   * Adds a read.
   *
   * @param stamp of the warp's first lane
   * @param newBase up to when all threads of the block know each other
   */
  void add(
      ShadowMemory memory, int newLanes, long[] newOffsets, int newBytes, int site, long stamp, int newBase) {
    if (count == lanes.length) {
      grow();
    }
    memories[count] = memory;
    lanes[count] = newLanes;
    bytes[count] = newBytes;
    sites[count] = site;
    stamps[count] = stamp;
    bases[count] = newBase;
    if (offsets[count] == null) {
      offsets[count] = newOffsets.clone();
    } else {
      System.arraycopy(newOffsets, 0, offsets[count], 0, WARP);
    }
    count++;
  }

  private void grow() {
    int capacity = 2 * count;
    memories = Arrays.copyOf(memories, capacity);
    lanes = Arrays.copyOf(lanes, capacity);
    bytes = Arrays.copyOf(bytes, capacity);
    sites = Arrays.copyOf(sites, capacity);
    stamps = Arrays.copyOf(stamps, capacity);
    bases = Arrays.copyOf(bases, capacity);
    offsets = Arrays.copyOf(offsets, capacity);
  }

  /** Forgets all reads and what they refer to: nobody comes any more. */
  void forget() {
    Arrays.fill(memories, null);
    clear();
  }

  /** Forgets all reads: whoever comes now knows of them. */
  void clear() {
    count = 0;
    round++;
  }

  /** Enters all reads, if some of them are of that page. */
  void enter(ShadowPage page) {
    enterRound(page.round);
  }

  /** Enters all reads, if they are of that round. */
  void enterRound(int some) {
    if (some == round) {
      enter();
    }
  }

  private void enter() {
    for (int i = 0; i < count; i++) {
      enter(i, offsets[i]);
    }
    clear();
  }

  private void enter(int i, long[] at) {
    isOfBlock = memories[i].isOfBlock();
    life = Stamp.life(stamps[i]);
    base = bases[i];
    boolean areApart = sharing(lanes[i], at) == (lanes[i] & -lanes[i]);
    for (int rest = lanes[i]; rest != 0; ) {
      int same = areApart ? rest & -rest : sharing(rest, at);
      int lane = Integer.numberOfTrailingZeros(rest);
      ShadowPage page = memories[i].page(at[lane], bytes[i]);
      page.expectReads();
      int cell = (int) at[lane] % ShadowPage.BYTES >> page.cellBits;
      for (int end = cell + (bytes[i] >> page.cellBits); cell < end; cell++) {
        enter(page, cell, memories[i].sets(), stamps[i] + lane, same, sites[i]);
      }
      rest &= ~same;
    }
  }

  private void enter(ShadowPage page, int cell, AccessSets sets, long mine, int who, int site) {
    long reads = page.reads[cell];
    boolean isSingle = (who & who - 1) == 0;
    boolean isReplaced =
        Stamp.isSet(reads)
            ? isOfBlock && !sets.isLive(reads)
            : reads == Stamp.NONE
                || knows(reads) && (isOfBlock || Stamp.deed(reads) == Deed.READ)
                || isSingle && Stamp.deed(reads) == Deed.READ && Stamp.isSameThread(reads, mine);
    page.reads[cell] =
        isReplaced && isSingle
            ? mine
            : sets.add(this, isReplaced ? Stamp.NONE : reads, page.readSites[cell], mine, who, site);
    page.readSites[cell] = site;
  }

  /** The lanes that access the same as the first of them. Where it shares with nobody, most likely nobody does. */
  static int sharing(int some, long[] offsets) {
    long offset = offsets[Integer.numberOfTrailingZeros(some)];
    int same = 0;
    for (int other = 0; other < WARP; other++) {
      same |= offsets[other] == offset ? 1 << other : 0;
    }
    return same & some;
  }

  // What all threads of the reading block knew

  @Override
  public boolean knows(long stamp) {
    return knowsBlock(Stamp.life(stamp), Stamp.time(stamp));
  }

  @Override
  public boolean knowsBlock(int other, int time) {
    return other == life && time <= base;
  }

  @Override
  public boolean isPast(long stamp) {
    return isOfBlock && knows(stamp);
  }
}
