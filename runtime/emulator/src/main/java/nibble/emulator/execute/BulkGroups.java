package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bulk copies out of shared memory that a warp's threads have under way, in groups ({@code cp.async.bulk} with
 * {@code .bulk_group}).
 *
 * <p>A copy reads shared memory when its thread waits for that, and writes when its thread waits for the copy to be
 * complete, or exits: as late as PTX allows, so a kernel that reuses its memory too early shows.
 */
public final class BulkGroups {
  /** A copy. */
  public interface Copy {
    /** Reads all that is to be copied; called once. */
    void read();

    /** Writes what was read. */
    void write();
  }

  private static final class Pending {
    final int lane;
    final int group;
    final Copy copy;
    final Runnable sourceFree;
    final Runnable targetDone;
    boolean isRead;

    Pending(int lane, int group, Copy copy, Runnable sourceFree, Runnable targetDone) {
      this.lane = lane;
      this.group = group;
      this.copy = copy;
      this.sourceFree = sourceFree;
      this.targetDone = targetDone;
    }

    void read() {
      if (!isRead) {
        copy.read();
        isRead = true;
        sourceFree.run();
      }
    }
  }

  private final List<Pending> pending = new ArrayList<>();

  /** How many groups each lane has committed; copies join the group of this number. */
  private final int[] committed = new int[WARP];

  void clear() {
    pending.clear();
    Arrays.fill(committed, 0);
  }

  /**
   * A lane issues a copy.
   *
   * @param sourceFree tells that the copy has read
   * @param targetDone tells that it has written
   */
  public void issue(int lane, Copy copy, Runnable sourceFree, Runnable targetDone) {
    pending.add(new Pending(lane, committed[lane], copy, sourceFree, targetDone));
  }

  /** Ends the lanes' current groups. */
  public void commit(int lanes) {
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      committed[Integer.numberOfTrailingZeros(rest)]++;
    }
  }

  /**
   * Waits for all groups of the lanes but the newest.
   *
   * @param allowed how many of these may go on
   * @param reads whether they need only have been read
   */
  public void await(int lanes, int allowed, boolean reads) {
    await(lanes, allowed + 1L, reads);
  }

  private void await(int lanes, long behind, boolean reads) {
    for (int i = 0; i < pending.size(); ) {
      Pending next = pending.get(i);
      boolean isOver = has(lanes, next.lane) && next.group <= committed[next.lane] - behind;
      if (isOver) {
        next.read();
      }
      if (isOver && !reads) {
        next.copy.write();
        next.targetDone.run();
        pending.remove(i);
      } else {
        i++;
      }
    }
  }

  /** The lanes exit; what they have issued is done, though they have not waited for it. */
  void finish(int lanes) {
    if (!pending.isEmpty()) {
      await(lanes, 0L, false);
    }
  }
}
