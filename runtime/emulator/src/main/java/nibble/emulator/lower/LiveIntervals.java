package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * From where to where in a function each register holds a value that may still be read. Positions number the steps and
 * ends of all blocks in their order; an interval is the hull of all positions at which its register is live.
 *
 * <p>Lanes are threads: what one lane's path does cannot end the life of another lane's value, for masked lanes are not
 * written. So liveness along the paths of one thread is all that is needed, however a warp diverges.
 */
final class LiveIntervals {
  /** Life of a register; both positions belong to it. */
  static final class Interval {
    final VirtualRegister register;
    int start = Integer.MAX_VALUE;
    int end = -1;
    private int global = -1;

    private Interval(VirtualRegister register) {
      this.register = register;
    }

    private void include(int position) {
      start = Math.min(start, position);
      end = Math.max(end, position);
    }
  }

  private final Map<VirtualRegister, Interval> intervals = new IdentityHashMap<>();
  private final List<Interval> globals = new ArrayList<>();
  private final List<LoweredBlock> blocks;
  private final Map<LoweredBlock, Integer> numbers = new IdentityHashMap<>();
  private final int[] first;
  private final int[] last;

  LiveIntervals(List<LoweredBlock> blocks) {
    this.blocks = blocks;
    blocks.forEach(block -> numbers.put(block, numbers.size()));
    first = new int[blocks.size()];
    last = new int[blocks.size()];
    int position = 0;
    for (int i = 0; i < first.length; i++) {
      first[i] = position;
      position += blocks.get(i).steps().size();
      last[i] = position++;
    }
    scan();
    spread();
  }

  /** All registers that occur. */
  List<Interval> all() {
    return List.copyOf(intervals.values());
  }

  private Interval interval(VirtualRegister register) {
    return intervals.computeIfAbsent(register, Interval::new);
  }

  /** Includes all places where a register occurs, and finds those that some block reads before it writes them. */
  private void scan() {
    for (int i = 0; i < first.length; i++) {
      Map<VirtualRegister, Boolean> written = new IdentityHashMap<>();
      int position = first[i];
      for (LoweredStep step : blocks.get(i).steps()) {
        int here = position++;
        boolean sure = step.guard().isEmpty();
        RegisterUses.visit(step, it -> use(it, here, written), it -> {});
        RegisterUses.visit(
            step,
            it -> {},
            it -> {
              if (!sure) {
                use(it, here, written);
              }
              interval(it).include(here);
              if (sure) {
                written.put(it, true);
              }
            });
      }
      int end = last[i];
      RegisterUses.visit(blocks.get(i).end(), it -> use(it, end, written));
    }
  }

  private void use(VirtualRegister register, int position, Map<VirtualRegister, Boolean> written) {
    Interval interval = interval(register);
    interval.include(position);
    if (interval.global < 0 && !written.containsKey(register)) {
      interval.global = globals.size();
      globals.add(interval);
    }
  }

  /** Solves liveness over blocks for the registers that live across blocks. */
  private void spread() {
    int count = first.length;
    BitSet[] exposed = new BitSet[count];
    BitSet[] killed = new BitSet[count];
    for (int i = 0; i < count; i++) {
      exposed[i] = new BitSet();
      killed[i] = new BitSet();
      collect(blocks.get(i), exposed[i], killed[i]);
    }
    BitSet[] in = new BitSet[count];
    BitSet[] out = new BitSet[count];
    for (int i = 0; i < count; i++) {
      in[i] = (BitSet) exposed[i].clone();
      out[i] = new BitSet();
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = count - 1; i >= 0; i--) {
        for (LoweredBlock next : blocks.get(i).end().successors()) {
          out[i].or(in[numbers.get(next)]);
        }
        BitSet before = (BitSet) out[i].clone();
        before.andNot(killed[i]);
        before.or(exposed[i]);
        if (!before.equals(in[i])) {
          in[i] = before;
          changed = true;
        }
      }
    }
    for (int i = 0; i < count; i++) {
      int block = i;
      in[i].stream().forEach(it -> globals.get(it).include(first[block]));
      out[i].stream().forEach(it -> globals.get(it).include(last[block]));
    }
  }

  private void collect(LoweredBlock block, BitSet exposed, BitSet killed) {
    for (LoweredStep step : block.steps()) {
      boolean sure = step.guard().isEmpty();
      RegisterUses.visit(step, it -> expose(it, exposed, killed), it -> {});
      RegisterUses.visit(
          step,
          it -> {},
          it -> {
            int global = interval(it).global;
            if (global >= 0) {
              if (sure) {
                killed.set(global);
              } else {
                expose(it, exposed, killed);
              }
            }
          });
    }
    RegisterUses.visit(block.end(), it -> expose(it, exposed, killed));
  }

  private void expose(VirtualRegister register, BitSet exposed, BitSet killed) {
    int global = interval(register).global;
    if (global >= 0 && !killed.get(global)) {
      exposed.set(global);
    }
  }
}
