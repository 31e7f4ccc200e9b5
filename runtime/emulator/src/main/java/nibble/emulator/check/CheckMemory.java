package nibble.emulator.check;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory in which a launch keeps what its threads accessed, handed on from one launch to the next. Nothing that a
 * launch has put there is seen by the next.
 */
public final class CheckMemory {
  /** Pages that are kept: those of some 16 MiB that a kernel accesses. */
  private static final int MOST_PAGES = 1 << 14;

  private final List<ShadowPage> pages = new ArrayList<>();
  private int used;
  private final PendingReads pending = new PendingReads(PendingReads.OF_LAUNCH);

  /** The launch is over. */
  public void recycle() {
    if (pages.size() > MOST_PAGES) {
      pages.subList(MOST_PAGES, pages.size()).clear();
    }
    used = 0;
    pending.forget();
  }

  /** A page that nobody has accessed, for a first access from here on, of so many bytes. */
  ShadowPage page(long offset, int bytes) {
    if (used == pages.size()) {
      pages.add(new ShadowPage());
    }
    ShadowPage page = pages.get(used++);
    page.start(offset, bytes);
    return page;
  }

  /** The reads of global memory that are entered later. */
  PendingReads pending() {
    return pending;
  }
}
