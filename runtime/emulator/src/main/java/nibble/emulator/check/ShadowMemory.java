package nibble.emulator.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What is remembered of the accesses of one memory: a block's shared memory, or an allocation of global memory. */
final class ShadowMemory {
  private final CheckMemory memory;
  private final ShadowPage[] pages;
  private final AccessSets sets;
  private final boolean isOfBlock;
  private final Map<Long, SyncPlace> places = new HashMap<>();
  private boolean hasChanged;
  /** The last round of {@link PendingReads} in which it was read, while nobody had changed it. */
  private int round;

  /**
   * Of a memory of so many bytes.
   *
   * @param memory where pages are from
   * @param isOfBlock whether only threads of one block can access it
   */
  ShadowMemory(CheckMemory memory, long size, AccessSets sets, boolean isOfBlock) {
    this.memory = memory;
    this.pages = new ShadowPage[Math.toIntExact((size + ShadowPage.BYTES - 1) / ShadowPage.BYTES)];
    this.sets = sets;
    this.isOfBlock = isOfBlock;
  }

  AccessSets sets() {
    return sets;
  }

  boolean isOfBlock() {
    return isOfBlock;
  }

  /** Whether there was an access that is not a plain read. Where not, no page need be looked at for one. */
  boolean hasChanged() {
    return hasChanged;
  }

  /** It is read in a round of pending reads, and nobody has changed it. */
  void read(int newRound) {
    round = newRound;
  }

  /** It is about to change: pending reads of it are entered if this is the first time. */
  void change(PendingReads pending) {
    if (!hasChanged) {
      hasChanged = true;
      pending.enterRound(round);
    }
  }

  /** The page of an access of so many bytes; accesses do not cross pages. */
  ShadowPage page(long offset, int bytes) {
    int number = (int) (offset >> ShadowPage.BITS);
    ShadowPage page = pages[number];
    if (page == null) {
      page = memory.page(offset, bytes);
      pages[number] = page;
    }
    page.refine(offset, bytes);
    return page;
  }

  /** Whether threads have told each other something here. */
  boolean hasPlaces() {
    return !places.isEmpty();
  }

  /** What threads have told each other at an address, or null. */
  SyncPlace place(long offset) {
    return places.get(offset & ~3L);
  }

  SyncPlace makePlace(long offset) {
    return places.computeIfAbsent(offset & ~3L, it -> new SyncPlace());
  }

  /** Values without a message have been stored. */
  void forgetPlaces(long offset, int bytes) {
    for (long at = offset & ~3L; at < offset + bytes; at += 4) {
      places.remove(at);
    }
  }

  void clear() {
    Arrays.stream(pages).filter(page -> page != null).forEach(ShadowPage::clear);
    places.clear();
    hasChanged = false;
    round = 0;
  }
}
