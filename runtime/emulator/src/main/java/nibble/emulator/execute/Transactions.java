package nibble.emulator.execute;

import java.util.ArrayList;
import java.util.List;

/**
 * What asynchronous instructions of a block have still to do in shared memory, each tied to the mbarrier that will
 * tell.
 *
 * <p>It is done when a thread asks the mbarrier, and no sooner: so a kernel that does not ask computes with what was
 * there before.
 */
public final class Transactions {
  private record Pending(long barrier, Runnable work) {}

  private final List<Pending> pending = new ArrayList<>();
  private final PhaseWaits waits;

  Transactions(PhaseWaits waits) {
    this.waits = waits;
  }

  void clear() {
    pending.clear();
  }

  /**
   * Leaves something to be done.
   *
   * @param barrier offset of the mbarrier in shared memory
   */
  public void add(long barrier, Runnable work) {
    pending.add(new Pending(barrier, work));
    // Who waits already has asked.
    waits.complete();
  }

  /** Does what is tied to an mbarrier, in the order in which it was issued. */
  public void settle(long barrier) {
    // What is done can wake paths that settle other things.
    for (int first = first(barrier); first >= 0; first = first(barrier)) {
      pending.remove(first).work.run();
    }
  }

  private int first(long barrier) {
    for (int i = 0; i < pending.size(); i++) {
      if (pending.get(i).barrier == barrier) {
        return i;
      }
    }
    return -1;
  }
}
