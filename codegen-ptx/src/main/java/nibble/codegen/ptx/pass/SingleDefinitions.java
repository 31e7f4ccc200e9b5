package nibble.codegen.ptx.pass;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Statement;

/**
 * The registers that are values rather than variables: set by one instruction, without a guard, that dominates all
 * uses. A use of such a register may be replaced by anything that is equal where it is set, as long as that is a value
 * too: no way leads from the setting of either to the use without passing the other's again.
 */
final class SingleDefinitions {
  private final Map<Register, Integer> definitions = new HashMap<>();
  private final Set<Register> variables = new HashSet<>();
  private final Map<Register, Integer> uses = new HashMap<>();

  SingleDefinitions(Kernel kernel, ControlFlow flow) {
    List<Statement> body = kernel.body();
    for (int i = 0; i < body.size(); i++) {
      if (body.get(i) instanceof Instruction instruction) {
        int position = i;
        instruction.forEachDefinition(register -> {
          if (definitions.put(register, position) != null || instruction.guard().isPresent()) {
            variables.add(register);
          }
        });
      }
    }
    for (int i = 0; i < body.size(); i++) {
      if (body.get(i) instanceof Instruction instruction) {
        int position = i;
        instruction.forEachUse(register -> {
          uses.merge(register, 1, Integer::sum);
          Integer definition = definitions.get(register);
          if (definition == null || !flow.dominates(definition, position)) {
            variables.add(register);
          }
        });
      }
    }
  }

  /** Whether the register is set once, before all of its uses. */
  boolean isValue(Register register) {
    return definitions.containsKey(register) && !variables.contains(register);
  }

  /** Whether the register is a value that one operand of one instruction needs. */
  boolean isUsedOnce(Register register) {
    return isValue(register) && uses.getOrDefault(register, 0) == 1;
  }
}
