package nibble.emulator.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Memory of launches that are over, for those to come: what is new for each of them comes from where the processor's
 * caches do not reach. Safe for threads.
 */
public final class Shelf<T> {
  /** So many launches may run at the same time and all find theirs. */
  private static final int MOST = 4;

  private final Supplier<T> maker;
  private final Deque<T> idle = new ArrayDeque<>();

  /** An empty shelf. */
  public Shelf(Supplier<T> maker) {
    this.maker = maker;
  }

  /** Memory for one launch, which ends with {@link #put}; made where none is there. */
  public synchronized T take() {
    return idle.isEmpty() ? maker.get() : idle.removeLast();
  }

  /** A launch is over, and nobody looks at what it left any more. */
  public synchronized void put(T memory) {
    if (idle.size() < MOST) {
      idle.addLast(memory);
    }
  }
}
