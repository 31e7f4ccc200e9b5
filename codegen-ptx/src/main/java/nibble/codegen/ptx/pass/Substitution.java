package nibble.codegen.ptx.pass;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.ptx.Guard;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.OperandPattern;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Registers;
import nibble.codegen.ptx.Statement;

/** What registers are to be replaced by, wherever they are read: other registers, or constants where those may be. */
final class Substitution {
  private final Map<Register, Operand> replacements = new HashMap<>();

  void put(Register register, Operand replacement) {
    replacements.put(register, resolve(replacement));
  }

  boolean isEmpty() {
    return replacements.isEmpty();
  }

  /** What the operand stands for, after all replacements. */
  Operand resolve(Operand operand) {
    while (operand instanceof Register register && replacements.containsKey(register)) {
      operand = replacements.get(register);
    }
    return operand;
  }

  private Register register(Register register) {
    return resolve(register) instanceof Register other ? other : register;
  }

  Instruction apply(Instruction instruction) {
    if (isEmpty()) {
      return instruction;
    }
    List<Operand> operands = new ArrayList<>(instruction.outputs());
    ImmutableList<OperandPattern> patterns = instruction.form().inputs();
    for (int i = 0; i < patterns.size(); i++) {
      Operand resolved = resolve(instruction.inputs().get(i));
      operands.add(patterns.get(i).accepts(resolved)
          ? resolved instanceof Register ? resolved : Registers.replace(resolved, this::register)
          : Registers.replace(instruction.inputs().get(i), this::register));
    }
    Optional<Guard> guard = instruction.guard().map(g -> new Guard(register(g.predicate()), g.negated()));
    return operands.equals(instruction.operands()) && guard.equals(instruction.guard())
        ? instruction
        : new Instruction(instruction.form(), guard, ImmutableList.copyOf(operands), instruction.source());
  }

  Kernel apply(Kernel kernel) {
    return isEmpty() ? kernel : kernel.withBody(kernel.body().stream()
        .map(statement -> statement instanceof Instruction i ? (Statement) apply(i) : statement).toList());
  }
}
