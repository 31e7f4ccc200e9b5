package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Label;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Statement;

/**
 * The innermost loop of a kernel that multiplies matrices.
 *
 * @param instructions from its label to its jump back
 */
public record MainLoop(ImmutableList<Instruction> instructions) {
  public static MainLoop of(Kernel kernel) {
    Map<Label, Integer> marks = new HashMap<>();
    List<MainLoop> loops = new ArrayList<>();
    for (int i = 0; i < kernel.body().size(); i++) {
      switch (kernel.body().get(i)) {
        case Statement.Mark(Label label) -> marks.put(label, i);
        case Instruction jump when jump.mnemonic().startsWith("bra") -> {
          for (Operand target : jump.operands()) {
            if (marks.containsKey(target)) {
              loops.add(new MainLoop(kernel.body().subList(marks.get(target), i + 1).stream()
                  .filter(Instruction.class::isInstance).map(Instruction.class::cast)
                  .collect(ImmutableList.toImmutableList())));
            }
          }
        }
        default -> { }
      }
    }
    return loops.stream().filter(loop -> loop.count("mma.") + loop.count("wgmma.") + loop.count("fma.") > 0).findFirst()
        .orElseThrow(() -> new AssertionError(kernel.name() + " has no loop that multiplies"));
  }

  /** How many mnemonics begin like that. */
  public long count(String prefix) {
    return instructions.stream().filter(instruction -> instruction.mnemonic().startsWith(prefix)).count();
  }

  /** The loop without what a branch skips in most iterations: guarded parts that neither multiply nor copy. */
  public MainLoop usual(Kernel kernel) {
    Set<Statement> skipped = Collections.newSetFromMap(new IdentityHashMap<>());
    Map<Label, Integer> marks = new HashMap<>();
    for (int i = kernel.body().size() - 1; i >= 0; i--) {
      if (kernel.body().get(i) instanceof Statement.Mark(Label label)) {
        marks.put(label, i);
      } else if (kernel.body().get(i) instanceof Instruction jump && jump.mnemonic().startsWith("bra")
          && jump.guard().isPresent() && marks.containsKey(jump.operands().getFirst())) {
        List<Statement> part = kernel.body().subList(i + 1, marks.get(jump.operands().getFirst()));
        if (part.stream().noneMatch(MainLoop::works)) {
          skipped.addAll(part);
        }
      }
    }
    return new MainLoop(
        instructions.stream().filter(it -> !skipped.contains(it)).collect(ImmutableList.toImmutableList()));
  }

  private static boolean works(Statement statement) {
    return statement instanceof Instruction it
        && (it.mnemonic().startsWith("mma.") || it.mnemonic().startsWith("cp.async"));
  }

  /** How many instructions there are for each matrix multiply-add. */
  public double perMultiply() {
    return (double) instructions.size() / count("mma.");
  }
}
