package nibble.emulator.lower;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tidies a function's blocks.
 *
 * <p>A branch to a block that only returns becomes a return of the lanes that take it. That is more than shorter: lanes
 * that leave a kernel early ({@code if (i >= n) return}) must not wait for the others at its end, because barriers in
 * between wait for all threads that have not left.
 */
final class Blocks {
  private Blocks() {}

  /** The blocks that can be reached from the first, in their order. */
  static List<LoweredBlock> tidy(List<LoweredBlock> blocks) {
    blocks.forEach(Blocks::shorten);
    Set<LoweredBlock> reached = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<LoweredBlock> work = new ArrayDeque<>();
    work.add(blocks.get(0));
    while (!work.isEmpty()) {
      LoweredBlock block = work.remove();
      if (reached.add(block)) {
        work.addAll(block.end().successors());
      }
    }
    return blocks.stream().filter(reached::contains).toList();
  }

  private static void shorten(LoweredBlock block) {
    switch (block.end()) {
      case End.Jump jump -> {
        if (leaves(jump.target())) {
          block.instructions().addAll(jump.target().instructions());
          block.end(jump.target().end());
        }
      }
      case End.Branch branch -> {
        if (leaves(branch.taken())) {
          block.end(leave(branch.taken(), branch.guard(), branch.otherwise()));
        } else if (leaves(branch.otherwise())) {
          Guard inverse = new Guard(branch.guard().predicate(), !branch.guard().negated());
          block.end(leave(branch.otherwise(), inverse, branch.taken()));
        }
      }
      default -> {}
    }
  }

  private static End leave(LoweredBlock target, Guard guard, LoweredBlock next) {
    End.Leave leave = (End.Leave) target.end();
    return new End.Leave(Optional.of(guard), leave.isExit(), Optional.of(next));
  }

  private static boolean leaves(LoweredBlock block) {
    return block.isEmpty() && block.end() instanceof End.Leave leave && leave.guard().isEmpty();
  }
}
