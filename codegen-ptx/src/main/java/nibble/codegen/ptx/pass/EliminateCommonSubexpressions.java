package nibble.codegen.ptx.pass;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.ptx.Effect;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.InstructionForm;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Registers;
import nibble.codegen.ptx.Statement;

/**
 * Computes the same thing once in a basic block.
 *
 * <pre>
 * shl.b32 %r1, %r0, 4;                  shl.b32 %r1, %r0, 4;
 * shl.b32 %r2, %r0, 4;          ─►      add.s32 %r3, %r1, %r1;
 * add.s32 %r3, %r1, %r2;
 * </pre>
 *
 * Only pure, unguarded instructions whose results are set once; their inputs may be variables, as long as these did not
 * change in between.
 */
public record EliminateCommonSubexpressions() implements PtxPass {
  /** What an instruction computes: its inputs, and how often each register in them was set before. */
  private record Computation(InstructionForm form, List<Operand> inputs, List<Integer> versions) {}

  @Override
  public Kernel apply(Kernel kernel) {
    ControlFlow flow = new ControlFlow(kernel);
    SingleDefinitions definitions = new SingleDefinitions(kernel, flow);
    Substitution same = new Substitution();
    Map<Computation, Instruction> computed = new HashMap<>();
    Map<Register, Integer> versions = new HashMap<>();
    ImmutableList.Builder<Statement> body = ImmutableList.builder();
    int block = 0;
    for (int i = 0; i < kernel.body().size(); i++) {
      if (flow.blockOf(i) != block) {
        block = flow.blockOf(i);
        computed.clear();
      }
      if (!(kernel.body().get(i) instanceof Instruction original)) {
        body.add(kernel.body().get(i));
        continue;
      }
      Instruction instruction = same.apply(original);
      Instruction earlier = isCandidate(instruction, definitions)
          ? computed.putIfAbsent(computation(instruction, versions), instruction)
          : null;
      if (earlier == null) {
        instruction.forEachDefinition(register -> versions.merge(register, 1, Integer::sum));
        body.add(instruction);
      } else {
        List<Register> results = instruction.definitions();
        for (int r = 0; r < results.size(); r++) {
          same.put(results.get(r), earlier.definitions().get(r));
        }
      }
    }
    return same.isEmpty() ? kernel : same.apply(kernel.withBody(body.build()));
  }

  private static boolean isCandidate(Instruction instruction, SingleDefinitions definitions) {
    return instruction.form().effect() == Effect.PURE
        && instruction.guard().isEmpty()
        && instruction.definitions().stream().allMatch(definitions::isValue);
  }

  private static Computation computation(Instruction instruction, Map<Register, Integer> versions) {
    List<Integer> read = Registers.of(instruction.inputs()).stream().map(r -> versions.getOrDefault(r, 0)).toList();
    return new Computation(instruction.form(), instruction.inputs(), read);
  }
}
