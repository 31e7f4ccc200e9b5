package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;
import static nibble.emulator.lane.Lanes.has;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import nibble.emulator.KernelFault;

/**
 * Where lanes of one warp meet to execute an instruction that says which lanes it is for: {@code shfl.sync}, {@code
 * vote.sync}, {@code bar.warp.sync} and their kin. Each lane names the lanes that it wants to meet, and leaves its
 * value here; once all of those that have not exited have come to such an instruction and have named the same lanes,
 * each takes what it wants of the others' values. Lanes that name others have nothing to do with each other, though
 * they may be on one path.
 *
 * <p>Nearly always all that are named are on one path, and nobody waits.
 */
public final class Meeting implements Rendezvous {
  private final Warp warp;
  private final List<BarrierWait> waiting = new ArrayList<>();

  /** For each lane that is here, the lanes that it named. */
  private final int[] named = new int[WARP];

  /** What each lane brought: 32-bit values in the low half. */
  public final long[] values = new long[WARP];

  /** Which lane's value each lane takes: room for an instruction that lets lanes choose. */
  public final int[] sources = new int[WARP];

  /** What each lane voted. */
  private int votes;

  Meeting(Warp warp) {
    this.warp = warp;
  }

  void clear() {
    waiting.clear();
    Arrays.fill(values, 0);
  }

  List<BarrierWait> waiting() {
    return waiting;
  }

  /**
   * Lanes arrive.
   *
   * @param members the register in which each of them names whom it wants to meet
   * @return whether all that are named are among them; else they must {@link #await}
   */
  public boolean arrive(int lanes, int members, int site) {
    int[] words = warp.words;
    int first = words[members + Integer.numberOfTrailingZeros(lanes)];
    int others = 0;
    for (int lane = 0; lane < WARP; lane += WORDS) {
      IntVector wanted = IntVector.fromArray(WORD, words, members + lane);
      wanted.intoArray(named, lane, VectorMask.fromLong(WORD, lanes >> lane));
      others |= (int) wanted.compare(VectorOperators.NE, first).toLong() << lane;
    }
    boolean isOneGroup = (others & lanes) == 0;
    int strangers = isOneGroup ? lanes & ~first : strangers(lanes);
    if (strangers != 0) {
      int lane = Integer.numberOfTrailingZeros(strangers);
      throw warp.fault(
          KernelFault.Kind.DIVERGENT_LANES, site, lane,
          String.format("the instruction is for lanes 0x%08x, and this lane is not one of them", named[lane]));
    }
    return isOneGroup ? (first & warp.paths.live() & ~lanes) == 0 : missing(lanes, lanes) == 0;
  }

  /** The lanes that do not name themselves. */
  private int strangers(int lanes) {
    int strangers = 0;
    for (int lane = 0; lane < WARP; lane++) {
      strangers |= has(lanes & ~named[lane], lane) ? 1 << lane : 0;
    }
    return strangers;
  }

  /** The lanes vote. */
  public void vote(int lanes, int predicate) {
    votes = votes & ~lanes | warp.predicates[predicate] & lanes;
  }

  /** The lanes bring 32-bit values. */
  public void bring(int lanes, int register) {
    if (lanes == -1) {
      // As a loop of its own: without a condition the JVM makes vectors of it.
      for (int lane = 0; lane < WARP; lane++) {
        values[lane] = warp.words[register + lane];
      }
      return;
    }
    for (int lane = 0; lane < WARP; lane++) {
      if (has(lanes, lane)) {
        values[lane] = warp.words[register + lane];
      }
    }
  }

  /** The lanes bring 64-bit values. */
  public void bringWide(int lanes, int register) {
    for (int lane = 0; lane < WARP; lane++) {
      if (has(lanes, lane)) {
        values[lane] = warp.longs[register + lane];
      }
    }
  }

  /** What was voted, one bit to a lane. */
  public int votes() {
    return votes;
  }

  /** The lanes that a lane meets. */
  public int group(int lane) {
    return named[lane] & warp.paths.live();
  }

  /**
   * The lanes that arrived last wait for the others.
   *
   * @param result what they do once those are there
   */
  public void await(int lanes, int site, BarrierResult result) {
    BarrierWait wait = new BarrierWait(this, warp, lanes, site, result);
    warp.wait = wait;
    waiting.add(wait);
  }

  /** The lanes that some of the given ones name and that are not among those that have arrived and named the same. */
  private int missing(int lanes, int arrived) {
    int missing = 0;
    for (int rest = lanes; rest != 0; ) {
      int wanted = named[Integer.numberOfTrailingZeros(rest)];
      int same = 0;
      for (int lane = 0; lane < WARP; lane++) {
        same |= named[lane] == wanted ? 1 << lane : 0;
      }
      missing |= wanted & warp.paths.live() & ~(same & arrived);
      rest &= ~same;
    }
    return missing;
  }

  /**
   * Releases all paths whose lanes have met; first each of their lanes takes what it wants of what the others brought.
   */
  @Override
  public void complete() {
    List<BarrierWait> released = new ArrayList<>(waiting);
    while (released.removeIf(wait -> missing(wait.lanes, arrived(released, wait)) != 0)) {
      // Who met somebody who has to go on waiting has to do so, too.
    }
    waiting.removeAll(released);
    int barriers = 0;
    for (BarrierWait wait : released) {
      barriers |= wait.result == BarrierResult.NONE ? wait.lanes : 0;
    }
    if (barriers != 0) {
      tellOrdered(barriers, released.get(0).site);
    }
    released.forEach(BarrierWait::deliver);
    released.forEach(BarrierWait::wake);
  }

  /** Tells the observer which of some lanes have met, group by group, at an instruction that orders their accesses. */
  public void tellOrdered(int lanes, int site) {
    Observer.BlockObserver observer = warp.block.observer();
    if (observer == Observer.BlockObserver.NONE) {
      return;
    }
    for (int rest = lanes; rest != 0; ) {
      int group = group(Integer.numberOfTrailingZeros(rest));
      observer.met(warp, group, site);
      rest &= ~group;
    }
  }

  /** The lanes of paths that wait at the same kind of instruction. */
  private int arrived(List<BarrierWait> waits, BarrierWait like) {
    String opcode = warp.site(like.site).opcode();
    int arrived = 0;
    for (BarrierWait wait : waits) {
      arrived |= warp.site(wait.site).opcode().equals(opcode) ? wait.lanes : 0;
    }
    return arrived;
  }

  /** The fault of lanes that can wait for ever, because others that they name will not come. */
  KernelFault fault() {
    BarrierWait first = waiting.get(0);
    int lane = Integer.numberOfTrailingZeros(first.lanes);
    return warp.fault(
        KernelFault.Kind.DIVERGENT_LANES, first.site, lane,
        String.format(
            "the instruction is for lanes 0x%08x, but lanes 0x%08x of them are elsewhere",
            named[lane], missing(first.lanes, arrived(waiting, first))));
  }
}
