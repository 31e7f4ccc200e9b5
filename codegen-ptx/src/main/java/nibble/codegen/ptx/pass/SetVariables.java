package nibble.codegen.ptx.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Registers;
import nibble.codegen.ptx.Statement;

/**
 * Lets an instruction set a variable itself, such as an accumulator that a loop carries, where its result is needed for
 * nothing but a copy to it.
 *
 * <pre>
 * add.rn.f32 %f2, %f0, %f1;             add.rn.f32 %f0, %f0, %f1;
 * mov.f32 %f0, %f2;              ─►
 * </pre>
 *
 * Both stand in one basic block, and nothing between them mentions the variable.
 */
public record SetVariables() implements PtxPass {
  @Override
  public Kernel apply(Kernel kernel) {
    return new Joining(kernel).run();
  }

  private static final class Joining {
    private final Kernel kernel;
    private final ControlFlow flow;
    private final SingleDefinitions definitions;
    private final Map<Register, Integer> definedAt = new HashMap<>();
    private final Map<Register, Integer> mentionedAt = new HashMap<>();
    /** Variables that instructions set instead of results, which are set once. */
    private final Map<Register, Register> variables = new HashMap<>();

    Joining(Kernel kernel) {
      this.kernel = kernel;
      this.flow = new ControlFlow(kernel);
      this.definitions = new SingleDefinitions(kernel, flow);
    }

    Kernel run() {
      Set<Integer> copies = new HashSet<>();
      for (int i = 0; i < kernel.body().size(); i++) {
        if (kernel.body().get(i) instanceof Instruction instruction) {
          int position = i;
          if (isCopyOfResult(instruction, position)) {
            variables.put((Register) instruction.inputs().getFirst(), (Register) instruction.outputs().getFirst());
            copies.add(position);
          }
          instruction.forEachUse(register -> mentionedAt.put(register, position));
          instruction.forEachDefinition(register -> {
            mentionedAt.put(register, position);
            definedAt.put(register, position);
          });
        }
      }
      return copies.isEmpty() ? kernel : kernel.withBody(joined(copies));
    }

    private boolean isCopyOfResult(Instruction copy, int position) {
      if (!copy.mnemonic().startsWith("mov.") || copy.guard().isPresent()
          || !(copy.outputs().getFirst() instanceof Register variable)
          || !(copy.inputs().getFirst() instanceof Register result)
          || variable.type() != result.type() || variable.equals(result)
          || !definitions.isUsedOnce(result) || variables.containsKey(result)) {
        return false;
      }
      int setAt = definedAt.get(result);
      Instruction setter = (Instruction) kernel.body().get(setAt);
      boolean updates = setter.form().outputs().stream().anyMatch(pattern -> pattern.isUpdated());
      return flow.blockOf(setAt) == flow.blockOf(position) && !updates
          && mentionedAt.getOrDefault(variable, -1) <= setAt && !sets(setter, variable);
    }

    /** Whether it sets the variable, or will in place of another result. */
    private boolean sets(Instruction setter, Register variable) {
      return setter.definitions().stream()
          .anyMatch(register -> register.equals(variable) || variable.equals(variables.get(register)));
    }

    private List<Statement> joined(Set<Integer> copies) {
      List<Statement> body = new ArrayList<>();
      for (int i = 0; i < kernel.body().size(); i++) {
        if (copies.contains(i)) {
          continue;
        }
        body.add(kernel.body().get(i) instanceof Instruction instruction ? renamed(instruction) : kernel.body().get(i));
      }
      return body;
    }

    private Instruction renamed(Instruction instruction) {
      if (instruction.definitions().stream().noneMatch(variables::containsKey)) {
        return instruction;
      }
      List<Operand> operands = new ArrayList<>();
      instruction.outputs().forEach(output ->
          operands.add(Registers.replace(output, register -> variables.getOrDefault(register, register))));
      operands.addAll(instruction.inputs());
      return Instruction.of(instruction.mnemonic(), operands, instruction.guard(), instruction.source());
    }
  }
}
