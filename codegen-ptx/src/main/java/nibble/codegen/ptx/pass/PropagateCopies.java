package nibble.codegen.ptx.pass;

import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;

/**
 * Reads the source of a move instead of its result; {@link RemoveDeadCode} then removes the move.
 *
 * <pre>
 * mov.b32 %r1, 4;                       mov.b32 %r1, 4;
 * mov.b32 %r2, %r0;             ─►      mov.b32 %r2, %r0;
 * add.s32 %r3, %r2, %r1;                add.s32 %r3, %r0, 4;
 * </pre>
 *
 * Both registers must be set once, before their uses. Constants only go where the instruction takes them.
 */
public record PropagateCopies() implements PtxPass {
  @Override
  public Kernel apply(Kernel kernel) {
    SingleDefinitions definitions = new SingleDefinitions(kernel, new ControlFlow(kernel));
    Substitution copies = new Substitution();
    kernel.instructions().filter(PropagateCopies::isMove).forEach(move -> {
      Register result = (Register) move.outputs().getFirst();
      Operand source = move.inputs().getFirst();
      if (definitions.isValue(result) && (source instanceof Immediate || definitions.isValue((Register) source))) {
        copies.put(result, source);
      }
    });
    return copies.apply(kernel);
  }

  /** Whether it is a move of a constant, or of a register to one of the same type. */
  private static boolean isMove(Instruction instruction) {
    return instruction.mnemonic().startsWith("mov.")
        && instruction.outputs().getFirst() instanceof Register result
        && (instruction.inputs().getFirst() instanceof Immediate
            || instruction.inputs().getFirst() instanceof Register source && source.type() == result.type());
  }
}
