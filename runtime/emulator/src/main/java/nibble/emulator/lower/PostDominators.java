package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import nibble.emulator.code.Terminator;

/**
 * Where the two ways of a branch meet again: immediate post-dominators (Cooper, Harvey, Kennedy, "A Simple, Fast
 * Dominance Algorithm", on the reversed graph).
 *
 * <p>Blocks from which the function's last block cannot be reached, such as early returns and failed assertions, do not
 * keep the other ways from meeting: lanes that go there escape. They do not come back, so nobody waits for them.
 */
final class PostDominators {
  private final List<List<Integer>> successors = new ArrayList<>();
  private final int exit;
  private final int[] immediate;
  private final int[] order;
  private final boolean[] main;

  /** Computes them for the blocks of a function. */
  PostDominators(List<LoweredBlock> blocks) {
    exit = blocks.size();
    Map<LoweredBlock, Integer> numbers = new IdentityHashMap<>();
    blocks.forEach(block -> numbers.put(block, numbers.size()));
    for (LoweredBlock block : blocks) {
      successors.add(new ArrayList<>(block.end().successors().stream().map(numbers::get).distinct().toList()));
    }
    successors.add(new ArrayList<>());
    main = reachingLast();
    for (int i = 0; i < exit; i++) {
      List<Integer> next = successors.get(i);
      if (main[i]) {
        next.removeIf(it -> !main[it]);
      }
      if (next.isEmpty()) {
        next.add(exit);
      }
    }
    order = new int[exit + 1];
    immediate = new int[exit + 1];
    Arrays.fill(immediate, -1);
    solve();
  }

  /** The block where the ways out of a block meet, or {@link Terminator#NOWHERE}. */
  int join(int block) {
    int join = immediate[block];
    return join == exit || join < 0 ? Terminator.NOWHERE : join;
  }

  /** Whether lanes that go from one block to the other will meet none of those that do not. */
  boolean isEscape(int from, int to) {
    return main[from] && !main[to];
  }

  /** The blocks from which the last returning block can be reached. */
  private boolean[] reachingLast() {
    boolean[] reaching = new boolean[exit];
    for (int last = exit - 1; last >= 0; last--) {
      if (successors.get(last).isEmpty()) {
        mark(last, predecessors(), reaching);
        break;
      }
    }
    return reaching;
  }

  private static void mark(int start, List<List<Integer>> predecessors, boolean[] marked) {
    List<Integer> work = new ArrayList<>(List.of(start));
    while (!work.isEmpty()) {
      int block = work.remove(work.size() - 1);
      if (!marked[block]) {
        marked[block] = true;
        work.addAll(predecessors.get(block));
      }
    }
  }

  private List<List<Integer>> predecessors() {
    List<List<Integer>> predecessors = new ArrayList<>();
    successors.forEach(it -> predecessors.add(new ArrayList<>()));
    for (int i = 0; i < successors.size(); i++) {
      for (int next : successors.get(i)) {
        predecessors.get(next).add(i);
      }
    }
    return predecessors;
  }

  private void solve() {
    List<Integer> postorder = postorder();
    for (int i = 0; i < postorder.size(); i++) {
      order[postorder.get(i)] = i;
    }
    immediate[exit] = exit;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = postorder.size() - 2; i >= 0; i--) {
        int block = postorder.get(i);
        int meet = -1;
        for (int next : successors.get(block)) {
          if (immediate[next] >= 0) {
            meet = meet < 0 ? next : intersect(meet, next);
          }
        }
        if (meet != immediate[block]) {
          immediate[block] = meet;
          changed = true;
        }
      }
    }
  }

  private int intersect(int a, int b) {
    int x = a;
    int y = b;
    while (x != y) {
      while (order[x] < order[y]) {
        x = immediate[x];
      }
      while (order[y] < order[x]) {
        y = immediate[y];
      }
    }
    return x;
  }

  /** Postorder of the reversed graph from the exit, which comes last. */
  private List<Integer> postorder() {
    List<List<Integer>> predecessors = predecessors();
    List<Integer> postorder = new ArrayList<>();
    boolean[] seen = new boolean[exit + 1];
    int[] next = new int[exit + 1];
    List<Integer> stack = new ArrayList<>(List.of(exit));
    seen[exit] = true;
    while (!stack.isEmpty()) {
      int block = stack.get(stack.size() - 1);
      if (next[block] < predecessors.get(block).size()) {
        int before = predecessors.get(block).get(next[block]++);
        if (!seen[before]) {
          seen[before] = true;
          stack.add(before);
        }
      } else {
        postorder.add(block);
        stack.remove(stack.size() - 1);
      }
    }
    return postorder;
  }
}
