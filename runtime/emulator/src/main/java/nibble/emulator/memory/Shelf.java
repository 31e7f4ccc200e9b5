package nibble.emulator.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Memory of launches that are over, for those to come: what is new for each of them comes from where the processor's
 * caches do not reach. Safe for threads.
 */
public final class Shelf<T> {
  private final int most;
  private final Supplier<T> maker;
  private final Deque<T> idle = new ArrayDeque<>();

  /**
   * An empty shelf.
   *
   * @param most that it keeps: so many may be in use at the same time and all be found again
   */
  public Shelf(int most, Supplier<T> maker) {
    this.most = most;
    this.maker = maker;
  }

  /** Memory for one launch, or one of its workers, until {@link #put}; made where none is there. */
  public synchronized T take() {
    return idle.isEmpty() ? maker.get() : idle.removeLast();
  }

  /** For the next one: nobody looks at what this one left any more. */
  public synchronized void put(T memory) {
    if (idle.size() < most) {
      idle.addLast(memory);
    }
  }
}
