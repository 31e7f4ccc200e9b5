package nibble.ir.rewrite;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/** Removes pure operations whose results nobody uses. */
public final class DeadCode {
  private DeadCode() {}

  /** The function without dead operations; the same function where there are none. */
  public static Function remove(Function function) {
    Block body = remove(function.body(), new HashSet<>());
    return body == function.body() ? function : function.withBody(body);
  }

  /** Walks backward, so that one pass suffices. */
  private static Block remove(Block block, Set<Value> live) {
    live.addAll(block.results());
    Deque<Operation> kept = new ArrayDeque<>();
    boolean changed = false;
    for (Operation operation : Lists.reverse(block.operations())) {
      if (operation.op().isPure() && operation.results().stream().noneMatch(live::contains)) {
        changed = true;
        continue;
      }
      List<Block> regions = operation.regions().stream().map(region -> remove(region, live)).toList();
      live.addAll(operation.operands());
      boolean same = regions.equals(operation.regions());
      changed |= !same;
      kept.addFirst(same ? operation : operation.withRegions(regions));
    }
    return changed
        ? new Block(block.arguments(), ImmutableList.copyOf(kept), block.results())
        : block;
  }
}
