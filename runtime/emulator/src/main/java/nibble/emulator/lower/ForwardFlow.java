package nibble.emulator.lower;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/**
 * A forward data-flow analysis over the paths of one thread: what is known where each block begins, joined over all paths that
 * lead there, until nothing changes.
 *
 * @param <S> what is known at a place; it may change
 * @param copy another of the same content
 * @param follow makes of what is known before a step what is known behind it
 * @param join adds to the first what is known on another path, and tells whether that was news; news must come to an end
 */
record ForwardFlow<S>(UnaryOperator<S> copy, BiConsumer<LoweredStep, S> follow, BiPredicate<S, S> join) {

  /**
   * What is known at the start of each block that a path leads to.
   *
   * @param blocks the first is where the function is entered
   * @param start what is known there
   */
  Map<LoweredBlock, S> solve(List<LoweredBlock> blocks, S start) {
    Map<LoweredBlock, S> entries = new IdentityHashMap<>();
    entries.put(blocks.get(0), start);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (LoweredBlock block : blocks) {
        if (entries.containsKey(block)) {
          S state = copy.apply(entries.get(block));
          block.steps().forEach(step -> follow.accept(step, state));
          for (LoweredBlock next : block.end().successors()) {
            S known = entries.get(next);
            if (known == null) {
              entries.put(next, copy.apply(state));
              changed = true;
            } else {
              changed |= join.test(known, state);
            }
          }
        }
      }
    }
    return entries;
  }
}
