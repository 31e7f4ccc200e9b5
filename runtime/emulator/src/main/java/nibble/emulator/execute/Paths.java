package nibble.emulator.execute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import nibble.emulator.code.Terminator;

/**
 * The divergence of a warp: a tree of paths.
 *
 * <p>Where lanes disagree at a branch, their path waits at the branch's immediate post-dominator, and two children take
 * its two ways. A child that reaches that block has arrived; when the last one has, the parent goes on with all lanes
 * that have not left in the meantime. Where nothing waits, the first child runs to its end before the second starts, so
 * this is the usual reconvergence stack. Unlike a stack it can also run children in turns, so that lanes that spin
 * until a sibling does something do not spin for ever.
 *
 * <p>That may not be enough: a lane may spin until one does something that waits for it at the block where both meet,
 * such as giving back a lock. GPUs promise progress to such programs, so lanes that have waited for long are let go:
 * they become a path of their own, and meet the others at the next barrier, or further out.
 *
 * <p>Methods give the block where the warp goes on, or {@link #NONE} if no path can run.
 */
public final class Paths {
  /** No path can run: the warp is done, or all its paths wait. */
  public static final int NONE = -1;

  /** Basic blocks that a path may execute while others wait for it, if it has told or asked other threads something. */
  private static final long PATIENCE = 4096;

  /** As many if it has not, as far as one can see: it may well be computing. */
  private static final long LONG_PATIENCE = 1 << 20;

  private final Deque<Path> ready = new ArrayDeque<>();
  private final List<Path> waiting = new ArrayList<>();
  private Path current;
  private int mask;
  private int join;
  private int live;
  private int early;

  /** Starts a warp anew. */
  void start(int lanes) {
    ready.clear();
    waiting.clear();
    Path root = new Path(null, lanes, NONE, Terminator.NOWHERE, true);
    root.children = 1;
    ready.add(new Path(root, lanes, 0, Terminator.NOWHERE, false));
    current = null;
    mask = 0;
    join = Terminator.NOWHERE;
    live = lanes;
    early = 0;
  }

  /** Lanes of the path that runs. */
  public int mask() {
    return mask;
  }

  /** Lanes that have not exited. */
  public int live() {
    return live;
  }

  /** Lanes that were let go before those came that they waited for: a GPU would have kept them where they were. */
  public int early() {
    return early;
  }

  /** The block at which the running path has arrived. */
  int join() {
    return join;
  }

  /** Whether some path can run. */
  boolean canRun() {
    return !ready.isEmpty();
  }

  /** Where the path goes on whose turn it is, if one can run. */
  int nextBlock() {
    return ready.getFirst().block;
  }

  /** The lanes of the path whose turn it is. */
  int nextMask() {
    return ready.getFirst().mask;
  }

  /** Runs the path whose turn it is. */
  int resume() {
    Path next = ready.pollFirst();
    if (next == null) {
      current = null;
      mask = 0;
      join = Terminator.NOWHERE;
      return NONE;
    }
    enter(next, next.block);
    return next.block == next.join ? arrive() : next.block;
  }

  /**
   * Lets the other paths run before this one goes on.
   *
   * @param executed basic blocks that it has executed in its turn
   * @param talks whether it has accessed memory as threads do that talk to others
   */
  void yield(int block, int executed, boolean talks) {
    current.block = block;
    current.spent += executed;
    ready.addLast(current);
    if (current.spent >= (talks ? PATIENCE : LONG_PATIENCE)) {
      current.spent = 0;
      letGo(current);
    }
    current = null;
  }

  /** The lanes that wait for the path at the nearest place where any do go on without it. */
  private void letGo(Path path) {
    Map<Path, Integer> underWay = new IdentityHashMap<>();
    ready.forEach(leaf -> count(leaf, underWay));
    waiting.forEach(leaf -> count(leaf, underWay));
    for (Path place = path.parent; place.parent != null; place = place.parent) {
      int waiters = place.mask & ~underWay.get(place);
      if (waiters != 0) {
        place.mask &= ~waiters;
        place.parent.children++;
        early |= waiters;
        ready.addFirst(new Path(place.parent, waiters, place.block, place.join, place.isFrame));
        return;
      }
    }
  }

  /** Notes for all paths above one which of their lanes are not there yet. */
  private static void count(Path leaf, Map<Path, Integer> underWay) {
    for (Path path = leaf; path.parent != null; path = path.parent) {
      underWay.merge(path.parent, path.mask, (a, b) -> a | b);
    }
  }

  private int enter(Path path, int block) {
    current = path;
    mask = path.mask;
    join = path.join;
    return block;
  }

  private void narrow(int lanes) {
    mask = lanes;
    current.mask = lanes;
  }

  /** Some lanes of the running path, not all, go to one block, the others to another. */
  int diverge(int lanes, int taken, int otherwise, int meet) {
    int rest = mask & ~lanes;
    if (meet == Terminator.NOWHERE || meet == join) {
      // Nobody new has to wait: the parent does already, or nobody ever will.
      if (taken == join) {
        narrow(rest);
        return otherwise;
      }
      narrow(lanes);
      if (otherwise != join) {
        current.parent.children++;
        ready.addFirst(new Path(current.parent, rest, otherwise, join, current.isFrame));
      }
      return taken;
    }
    Path parent = current;
    parent.block = meet;
    if (otherwise != meet) {
      parent.children++;
      ready.addFirst(new Path(parent, rest, otherwise, meet, false));
    }
    if (taken != meet) {
      parent.children++;
      return enter(new Path(parent, lanes, taken, meet, false), taken);
    }
    return resume();
  }

  /**
   * Some lanes of the running path, perhaps all, go to a block from which they will leave the function without meeting
   * the others; those go on at {@code stay}, and nobody waits.
   */
  int escape(int lanes, int away, int stay) {
    Path frame = current;
    while (!frame.isFrame) {
      frame.mask &= ~lanes;
      frame = frame.parent;
    }
    boolean isKernel = frame.parent == null;
    Path parent = isKernel ? frame : frame.parent;
    frame.mask &= isKernel ? -1 : ~lanes;
    parent.children++;
    ready.addFirst(new Path(parent, lanes, away, Terminator.NOWHERE, !isKernel));
    mask = current.mask;
    return mask == 0 ? arrive() : stay;
  }

  /** The running path has reached its join. */
  int arrive() {
    Path parent = current.parent;
    while (--parent.children == 0) {
      if (parent.parent == null) {
        return resume();
      }
      if (parent.mask != 0 && parent.block != parent.join) {
        return enter(parent, parent.block);
      }
      parent = parent.parent;
    }
    return resume();
  }

  /** Lanes of the running path return from their function or exit from the kernel; the others go on. */
  int leave(int lanes, boolean exits, int next) {
    for (Path path = current; path != null; path = path.parent) {
      path.mask &= ~lanes;
      if (path.isFrame && !exits) {
        break;
      }
    }
    if (exits) {
      live &= ~lanes;
    }
    mask = current.mask;
    return mask == 0 ? arrive() : next;
  }

  /** Lanes of the running path enter a function; all of it goes on at {@code next} once they have returned. */
  int call(int lanes, int entry, int next) {
    Path parent = current;
    parent.block = next;
    parent.children++;
    return enter(new Path(parent, lanes, entry, Terminator.NOWHERE, true), entry);
  }

  /** The running path waits; the token wakes it. */
  Object park(int next) {
    current.block = next;
    waiting.add(current);
    return current;
  }

  /** A path that waited can run again; if another that it was once parted from goes on at the same block, with that. */
  void wake(Object token) {
    Path path = (Path) token;
    waiting.remove(path);
    for (Path other : ready) {
      if (other.block == path.block && other.parent == path.parent && other.join == path.join) {
        other.mask |= path.mask;
        path.parent.children--;
        early = other.mask == live ? 0 : early;
        return;
      }
    }
    ready.addLast(path);
  }
}
