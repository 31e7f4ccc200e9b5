package nibble.codegen.ptx.pass;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Statement;

/**
 * Removes instructions that only set registers which nothing needs, loads included.
 *
 * <pre>
 * add.s32 %r1, %r0, 1;                  st.global.b32 [%rd0], %r0;
 * add.s32 %r2, %r1, 1;          ─►
 * st.global.b32 [%rd0], %r0;
 * </pre>
 *
 * An instruction is needed when it has an effect, or sets a register that a needed one reads; so an accumulator that
 * only accumulates goes too.
 */
public record RemoveDeadCode() implements PtxPass {
  @Override
  public Kernel apply(Kernel kernel) {
    ListMultimap<Register, Instruction> definitions = ArrayListMultimap.create();
    Deque<Instruction> work = new ArrayDeque<>();
    kernel.instructions().forEach(instruction -> {
      instruction.forEachDefinition(register -> definitions.put(register, instruction));
      if (!instruction.form().effect().isRemovable()) {
        work.add(instruction);
      }
    });
    Set<Register> needed = new HashSet<>();
    while (!work.isEmpty()) {
      work.remove().forEachUse(register -> {
        if (needed.add(register)) {
          work.addAll(definitions.get(register));
        }
      });
    }
    List<Statement> kept = kernel.body().stream().filter(statement -> isNeeded(statement, needed)).toList();
    return kept.size() == kernel.body().size() ? kernel : kernel.withBody(kept);
  }

  private static boolean isNeeded(Statement statement, Set<Register> needed) {
    return !(statement instanceof Instruction instruction)
        || !instruction.form().effect().isRemovable()
        || instruction.definitions().stream().anyMatch(needed::contains);
  }
}
