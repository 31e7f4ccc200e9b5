package nibble.codegen.ptx.pass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.ptx.Effect;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Label;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Statement;

/**
 * The basic blocks of a kernel and which of them dominate which. Dominators are found by the iteration of Cooper,
 * Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".
 */
final class ControlFlow {
  private static final int UNREACHED = -1;

  private final int[] blockOf;
  private final List<List<Integer>> successors = new ArrayList<>();
  private final int[] order;
  private final int[] dominator;
  private final int[] enter;
  private final int[] leave;

  ControlFlow(Kernel kernel) {
    List<Statement> body = kernel.body();
    blockOf = new int[body.size()];
    List<Integer> lasts = new ArrayList<>();
    Map<Label, Integer> marks = new HashMap<>();
    for (int i = 0; i < body.size(); i++) {
      boolean starts = i == 0 || body.get(i) instanceof Statement.Mark || isJump(body.get(i - 1));
      if (starts) {
        lasts.add(i);
      }
      lasts.set(lasts.size() - 1, i);
      blockOf[i] = lasts.size() - 1;
      if (body.get(i) instanceof Statement.Mark(Label label)) {
        marks.put(label, blockOf[i]);
      }
    }
    for (int block = 0; block < lasts.size(); block++) {
      successors.add(successors(body.get(lasts.get(block)), block, lasts.size(), marks));
    }
    order = new int[lasts.size()];
    Arrays.fill(order, UNREACHED);
    dominator = new int[lasts.size()];
    Arrays.fill(dominator, UNREACHED);
    enter = new int[lasts.size()];
    leave = new int[lasts.size()];
    if (!lasts.isEmpty()) {
      findDominators();
      numberTree();
    }
  }

  private static boolean isJump(Statement statement) {
    return statement instanceof Instruction instruction && instruction.form().effect() == Effect.JUMPS;
  }

  private static List<Integer> successors(Statement last, int block, int blocks, Map<Label, Integer> marks) {
    List<Integer> successors = new ArrayList<>();
    if (isJump(last) && last instanceof Instruction jump) {
      for (Operand operand : jump.operands()) {
        successors.add(marks.get(operand));
      }
    }
    boolean fallsThrough = !isJump(last) || ((Instruction) last).guard().isPresent();
    if (fallsThrough && block + 1 < blocks) {
      successors.add(block + 1);
    }
    return successors;
  }

  private void findDominators() {
    List<Integer> postorder = postorder();
    List<List<Integer>> predecessors = new ArrayList<>();
    successors.forEach(s -> predecessors.add(new ArrayList<>()));
    for (int position = 0; position < postorder.size(); position++) {
      int block = postorder.get(position);
      order[block] = position;
      successors.get(block).forEach(successor -> predecessors.get(successor).add(block));
    }
    dominator[0] = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int block : postorder.reversed()) {
        int best = UNREACHED;
        for (int predecessor : predecessors.get(block)) {
          if (dominator[predecessor] != UNREACHED) {
            best = best == UNREACHED ? predecessor : common(best, predecessor);
          }
        }
        if (block != 0 && dominator[block] != best) {
          dominator[block] = best;
          changed = true;
        }
      }
    }
  }

  private int common(int one, int two) {
    while (one != two) {
      while (order[one] < order[two]) {
        one = dominator[one];
      }
      while (order[two] < order[one]) {
        two = dominator[two];
      }
    }
    return one;
  }

  private List<Integer> postorder() {
    List<Integer> postorder = new ArrayList<>();
    boolean[] seen = new boolean[successors.size()];
    int[] next = new int[successors.size()];
    List<Integer> stack = new ArrayList<>(List.of(0));
    seen[0] = true;
    while (!stack.isEmpty()) {
      int block = stack.getLast();
      if (next[block] < successors.get(block).size()) {
        int successor = successors.get(block).get(next[block]++);
        if (!seen[successor]) {
          seen[successor] = true;
          stack.add(successor);
        }
      } else {
        postorder.add(stack.removeLast());
      }
    }
    return postorder;
  }

  /** Numbers the dominator tree so that a block's interval holds those of the blocks that it dominates. */
  private void numberTree() {
    List<List<Integer>> children = new ArrayList<>();
    successors.forEach(s -> children.add(new ArrayList<>()));
    for (int block = 1; block < dominator.length; block++) {
      if (dominator[block] != UNREACHED) {
        children.get(dominator[block]).add(block);
      }
    }
    int time = 1;
    int[] next = new int[children.size()];
    List<Integer> stack = new ArrayList<>(List.of(0));
    enter[0] = time++;
    while (!stack.isEmpty()) {
      int block = stack.getLast();
      if (next[block] < children.get(block).size()) {
        int child = children.get(block).get(next[block]++);
        enter[child] = time++;
        stack.add(child);
      } else {
        leave[stack.removeLast()] = time++;
      }
    }
  }

  /** How many blocks there are. */
  int blocks() {
    return successors.size();
  }

  /** The blocks that may come next. */
  List<Integer> successors(int block) {
    return successors.get(block);
  }

  /** The number of the block that a statement is in; blocks are numbered in the order of the text. */
  int blockOf(int statement) {
    return blockOf[statement];
  }

  /** Whether every way to statement {@code later} passes {@code earlier} before. False in unreachable code. */
  boolean dominates(int earlier, int later) {
    int one = blockOf[earlier];
    int two = blockOf[later];
    if (enter[one] == 0 || enter[two] == 0) {
      return false;
    }
    return one == two ? earlier < later : enter[one] < enter[two] && leave[two] < leave[one];
  }
}
