package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;

import nibble.emulator.KernelFault;

/** What the ends of basic blocks do. Each method gives the block where the warp goes on. */
public final class Flow {
  private Flow() {}

  /** Lanes whose guard holds. */
  public static int guarded(Warp warp, int mask, int predicate) {
    return warp.predicates[predicate] & mask;
  }

  /** Lanes whose guard does not hold. */
  public static int guardedNot(Warp warp, int mask, int predicate) {
    return ~warp.predicates[predicate] & mask;
  }

  /** The given lanes take the branch, the others of the mask do not. */
  public static int branch(Warp warp, int mask, int lanes, int taken, int otherwise, int join) {
    if (lanes == mask) {
      return taken;
    }
    if (lanes == 0) {
      return otherwise;
    }
    warp.profile.divergences[warp.lastBlock]++;
    return warp.paths.diverge(lanes, taken, otherwise, join);
  }

  /** The given lanes go to one block and never meet the others of the mask again, which go to another. */
  public static int escape(Warp warp, int mask, int lanes, int away, int stay) {
    if (lanes == 0) {
      return stay;
    }
    warp.profile.divergences[warp.lastBlock] += lanes == mask ? 0 : 1;
    return warp.paths.escape(lanes, away, stay);
  }

  /** The lanes whose register names the same target as the first lane's go there; the others come back. */
  public static int indexed(
      Warp warp, int mask, int self, int register, int list, int escapes, int join, int site) {
    int[] targets = warp.lists[list];
    int first = Integer.numberOfTrailingZeros(mask);
    int target = warp.words[register + first];
    if (Integer.compareUnsigned(target, targets.length) >= 0) {
      String number = Integer.toUnsignedString(target);
      throw warp.fault(
          KernelFault.Kind.BAD_BRANCH, site, first, "branch to target " + number + " of " + targets.length);
    }
    int same = 0;
    for (int lane = 0; lane < WARP; lane++) {
      same |= warp.words[register + lane] == target ? 1 << lane : 0;
    }
    return warp.lists[escapes][target] != 0
        ? escape(warp, mask, same & mask, targets[target], self)
        : branch(warp, mask, same & mask, targets[target], self, join);
  }

  /** The given lanes leave the function, or the kernel. */
  public static int leave(Warp warp, int lanes, boolean exits, int next) {
    if (lanes == 0) {
      return next;
    }
    if (exits) {
      warp.asyncCopies.waitAll(lanes);
      warp.bulkGroups.finish(lanes);
      warp.block.observer().exited(warp, lanes);
      int block = warp.paths.leave(lanes, true, next);
      warp.block.exit(Integer.bitCount(lanes));
      warp.meeting.complete();
      return block;
    }
    return warp.paths.leave(lanes, false, next);
  }

  /** The given lanes call a function. */
  public static int call(Warp warp, int lanes, int entry, int next) {
    return lanes == 0 ? next : warp.paths.call(lanes, entry, next);
  }

  /** Goes on unless the last step makes the path wait. */
  public static int proceed(Warp warp, int next) {
    BarrierWait wait = warp.wait;
    if (wait == null) {
      return next;
    }
    warp.wait = null;
    wait.park(next);
    wait.place.complete();
    return warp.paths.resume();
  }
}
