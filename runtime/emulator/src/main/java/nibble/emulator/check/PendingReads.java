package nibble.emulator.check;

import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;

/**
 * Reads of a block's shared memory that its cells do not know of yet. Who reads a cell matters to who changes it later
 * without being ordered behind the read; nearly always the next barrier of the block comes first, and the reads can be
 * forgotten as they are.
 *
 * <pre>
 *   warp 0 reads page 1      pending: 0 reads 1
 *   warp 1 reads page 2      pending: 0 reads 1, 1 reads 2
 *   warp 0 writes page 3     pending: 0 reads 1, 1 reads 2
 *   all wait                 pending: none
 *   warp 0 reads page 2      pending: 0 reads 2
 *   warp 1 writes page 2     the read of warp 0 is entered into the cells, and the write compared with it
 * </pre>
 *
 * <p>When a read is entered its threads may know more than they did when they read. Therefore it replaces only what all
 * threads of the block knew: more is kept than has to be, and the same is found.
 */
final class PendingReads {
  private static final int MOST = 256;
  private static final int WARP = 32;

  private final BlockClocks clocks;
  private final CellVisitor cells;
  private final Warp[] warps = new Warp[MOST];
  private final AddressResolver[] places = new AddressResolver[MOST];
  private final int[] lanes = new int[MOST];
  private final int[] bytes = new int[MOST];
  private final int[] sites = new int[MOST];
  private final int[] times = new int[MOST];
  private final long[][] offsets = new long[MOST][WARP];
  private ShadowMemory shared;
  private int count;
  private int life;
  /** A number of its own for the time between one emptying and the next. */
  private int round = 1;

  /** Of a block, whose reads are entered by a visitor that takes them as late. */
  PendingReads(BlockClocks clocks, CellVisitor cells) {
    this.clocks = clocks;
    this.cells = cells;
  }

  /**
   * Adds a read, if all threads know all changes of what it reads.
   *
   * @return whether it was added; else it must be entered at once
   */
  boolean add(
      CellVisitor timely, Warp warp, int newLanes, ShadowMemory memory, AddressResolver place, int newBytes, int site) {
    if (count == MOST || life != clocks.life()) {
      enter();
    }
    long[] at = place.offsets();
    int base = clocks.base();
    for (int rest = newLanes; rest != 0; rest &= rest - 1) {
      long offset = at[Integer.numberOfTrailingZeros(rest)];
      ShadowPage page = memory.page(offset, newBytes);
      boolean isSettled = page.lastChange <= base && page.underWay == 0;
      if (!isSettled && !areSettled(timely, page, (int) offset % ShadowPage.BYTES, newBytes)) {
        return false;
      }
      page.round = round;
    }
    shared = memory;
    life = clocks.life();
    warps[count] = warp;
    places[count] = place;
    lanes[count] = newLanes;
    bytes[count] = newBytes;
    sites[count] = site;
    times[count] = clocks.now();
    System.arraycopy(at, 0, offsets[count], 0, WARP);
    count++;
    return true;
  }

  private static boolean areSettled(CellVisitor timely, ShadowPage page, int offset, int bytes) {
    boolean areSettled = true;
    int cell = offset >> page.cellBits;
    for (int end = cell + (bytes >> page.cellBits); cell < end && areSettled; cell++) {
      areSettled = isSettled(timely, page.writes[cell]) && isSettled(timely, page.reads[cell]);
    }
    return areSettled;
  }

  private static boolean isSettled(CellVisitor timely, long stamp) {
    return stamp == Stamp.NONE || timely.isKnownToAll(stamp)
        || !Stamp.isSet(stamp) && Stamp.deed(stamp) == Deed.READ;
  }

  /** Enters all reads, if some of them are of that page. */
  void enter(ShadowPage page) {
    if (page.round == round) {
      enter();
    }
  }

  private void enter() {
    // What a block did under a number that it has given up, all know.
    for (int i = 0; i < count && life == clocks.life(); i++) {
      cells.begin(warps[i], lanes[i], shared, places[i], offsets[i], bytes[i], null, sites[i]);
      cells.at(times[i]);
      cells.visitReads(Deed.READ);
    }
    clear();
  }

  /** Forgets all reads: whoever comes now knows of them. */
  void clear() {
    count = 0;
    round++;
  }
}
