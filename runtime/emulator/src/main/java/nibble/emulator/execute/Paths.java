package nibble.emulator.execute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import nibble.emulator.code.Terminator;

/**
 * The divergence of a warp: a tree of paths.
 *
 * <p>Where lanes disagree at a branch, their path waits at the branch's immediate post-dominator, and two children take
 * its two ways. A child that reaches that block has arrived; when the last one has, the parent goes on with all lanes that
 * have not left in the meantime. Where nothing waits, the first child runs to its end before the second starts, so this is
 * the usual reconvergence stack. Unlike a stack it can also run children in turns, so that lanes that spin until a sibling
 * does something do not spin for ever.
 *
 * <p>Methods give the block where the warp goes on, or {@link #NONE} if no path can run.
 */
public final class Paths {
  /** No path can run: the warp is done, or all its paths wait. */
  public static final int NONE = -1;

  private final Deque<Path> ready = new ArrayDeque<>();
  private final List<Path> waiting = new ArrayList<>();
  private Path current;
  private int mask;
  private int join;
  private int live;

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
  }

  /** Lanes of the path that runs. */
  public int mask() {
    return mask;
  }

  /** Lanes that have not exited. */
  public int live() {
    return live;
  }

  /** The block at which the running path has arrived. */
  int join() {
    return join;
  }

  /** Whether some path can run. */
  boolean canRun() {
    return !ready.isEmpty();
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

  /** Lets the other paths run before this one goes on. */
  void yield(int block) {
    current.block = block;
    ready.addLast(current);
    current = null;
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

  /** A path that waited can run again. */
  void wake(Object token) {
    Path path = (Path) token;
    waiting.remove(path);
    ready.addLast(path);
  }
}
