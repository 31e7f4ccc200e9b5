package nibble.emulator.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.code.Site;
import nibble.emulator.execute.Warp;

/** Collects what checks find in a launch: once for each pair of lines, and up to a limit. Safe for threads. */
public final class Findings {
  private static final int NO_SITE = -1;

  private final int limit;
  private final String schedule;
  private final Set<Key> known = new HashSet<>();
  private final List<Finding> list = new ArrayList<>();

  private record Key(KernelFault.Kind kind, int site, int other) {}

  /**
   * Starts with nothing found.
   *
   * @param schedule how the launch can be run again
   */
  public Findings(int limit, String schedule) {
    this.limit = limit;
    this.schedule = schedule;
  }

  /** All that was found, in its order. */
  public synchronized List<Finding> list() {
    return List.copyOf(list);
  }

  /**
   * The access that another one is in conflict with.
   *
   * @param deed what it did, as a participle
   */
  record Earlier(String deed, int site, Optional<KernelFault.Index> thread, KernelFault.Index block) {}

  /** Adds something that one thread did, unless it is known. */
  synchronized void add(KernelFault.Kind kind, Warp warp, int lane, int site, String message, OptionalLong address) {
    if (isNew(kind, site, NO_SITE)) {
      list.add(new Finding(kind, message, warp.place(site, lane), Optional.empty(), address, schedule));
    }
  }

  /** Adds something that two threads did, unless it is known of these two lines. */
  synchronized void add(
      KernelFault.Kind kind, Warp warp, int lane, int site, String message, OptionalLong address, Earlier earlier) {
    if (isNew(kind, site, earlier.site)) {
      Site place = warp.site(earlier.site);
      Finding.Other other =
          new Finding.Other(
              earlier.deed, place.line(), place.source().map(Object::toString), place.text(),
              earlier.thread, earlier.block);
      list.add(new Finding(kind, message, warp.place(site, lane), Optional.of(other), address, schedule));
    }
  }

  /** Whether nothing of this kind is known of these lines, and there is room for it; notes that it is known now. */
  private boolean isNew(KernelFault.Kind kind, int site, int other) {
    return list.size() < limit && known.add(new Key(kind, site, other));
  }
}
