package nibble.codegen.ptx.pass;

import com.google.common.collect.ImmutableList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.Statement;

/**
 * Numbers registers in the order of their first appearance, without gaps.
 *
 * <pre>
 * mov.u32 %r7, %tid.x;                  mov.u32 %r0, %tid.x;
 * shl.b32 %r3, %r7, 2;          ─►      shl.b32 %r1, %r0, 2;
 * </pre>
 */
public record RenumberRegisters() implements PtxPass {
  @Override
  public Kernel apply(Kernel kernel) {
    Map<Register, Register> numbered = new HashMap<>();
    Map<RegisterType, Integer> counts = new EnumMap<>(RegisterType.class);
    ImmutableList.Builder<Statement> body = ImmutableList.builder();
    for (Statement statement : kernel.body()) {
      body.add(statement instanceof Instruction instruction ? instruction.withRegisters(register ->
          numbered.computeIfAbsent(register, r -> new Register(r.type(), counts.merge(r.type(), 1, Integer::sum) - 1)))
          : statement);
    }
    return kernel.withBody(body.build());
  }
}
