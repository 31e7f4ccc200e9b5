package nibble.emulator.lower;

import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds where a function may read a register that the thread has not written. A write under a guard is one that may not
 * happen.
 */
final class UnwrittenReads {
  private final List<LoweredBlock> blocks;
  private final boolean surely;
  private final Map<VirtualRegister, Integer> numbers = new IdentityHashMap<>();
  private final Map<LoweredBlock, BitSet> entries;

  /** What is told of a read. */
  @FunctionalInterface
  interface Reader {
    /**
     * A register may be read unwritten.
     *
     * @param step the step that reads it; none where the block's end does
     */
    void read(LoweredBlock block, Optional<LoweredStep> step, VirtualRegister register);
  }

  /**
   * Analyses a function.
   *
   * @param surely whether a write under a guard, or on one of several paths, is enough: then only registers are found
   *     that no path writes
   */
  UnwrittenReads(List<LoweredBlock> blocks, boolean surely) {
    this.blocks = blocks;
    this.surely = surely;
    for (LoweredBlock block : blocks) {
      block.steps().forEach(step -> RegisterUses.visit(step, this::number, this::number));
      RegisterUses.visit(block.end(), this::number);
    }
    this.entries = solve();
  }

  private void number(VirtualRegister register) {
    if (!register.isPinned() && !register.isTemporary()) {
      numbers.putIfAbsent(register, numbers.size());
    }
  }

  private Map<LoweredBlock, BitSet> solve() {
    BitSet all = new BitSet();
    all.set(0, numbers.size());
    return new ForwardFlow<BitSet>(unwritten -> (BitSet) unwritten.clone(), this::write, this::join).solve(blocks, all);
  }

  private boolean join(BitSet known, BitSet unwritten) {
    int before = known.cardinality();
    if (surely) {
      known.and(unwritten);
    } else {
      known.or(unwritten);
    }
    return known.cardinality() != before;
  }

  private void write(LoweredStep step, BitSet unwritten) {
    if (surely || step.guard().isEmpty()) {
      RegisterUses.visit(
          step,
          it -> {},
          it -> {
            Integer number = numbers.get(it);
            if (number != null) {
              unwritten.clear(number);
            }
          });
    }
  }

  /** Tells of all reads that the analysis has found, in the order of the program. */
  void forEach(Reader reader) {
    for (LoweredBlock block : blocks) {
      if (!entries.containsKey(block)) {
        continue;
      }
      BitSet unwritten = (BitSet) entries.get(block).clone();
      for (LoweredStep step : block.steps()) {
        RegisterUses.visit(step, told(unwritten, it -> reader.read(block, Optional.of(step), it)), it -> {});
        write(step, unwritten);
      }
      RegisterUses.visit(block.end(), told(unwritten, it -> reader.read(block, Optional.empty(), it)));
    }
  }

  private Consumer<VirtualRegister> told(BitSet unwritten, Consumer<VirtualRegister> consumer) {
    return register -> {
      Integer number = numbers.get(register);
      if (number != null && unwritten.get(number)) {
        consumer.accept(register);
      }
    };
  }
}
