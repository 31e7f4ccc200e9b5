package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.B32;
import static nibble.codegen.ptx.PtxType.S32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.SpecialRegister;
import org.junit.jupiter.api.Test;

class PropagateCopiesTest {
  @Test
  void copiesAndConstantsAreReadAtTheirSource() {
    KernelBuilder code = KernelBuilder.named("k");
    Register four = code.op("mov.b32", imm(4));
    Register tid = code.special(SpecialRegister.TID_X);
    Register copy = code.op("mov.b32", tid);
    code.storeShared(B32, at(copy), code.add(S32, copy, four));
    assertEquals(
        List.of("mov.u32 %r0, %tid.x;", "add.s32 %r1, %r0, 4;", "st.shared.b32 [%r0], %r1;", "ret;"),
        lines(PtxPasses.optimize(code.build())));
  }

  /** A copy of a variable is not the variable. */
  @Test
  void copyOfAVariableStays() {
    KernelBuilder code = KernelBuilder.named("k");
    Register variable = code.variable(S32, imm(1));
    Register copy = code.op("mov.b32", variable);
    code.assign(variable, imm(2));
    code.storeShared(B32, at(code.special(SpecialRegister.TID_X)), copy);
    Kernel kernel = code.build();
    assertEquals(lines(kernel), lines(new PropagateCopies().apply(kernel)));
  }

  @Test
  void dominanceNeedsEveryPath() {
    KernelBuilder code = KernelBuilder.named("k");
    Register predicate = code.setp("lt", S32, code.special(SpecialRegister.TID_X), 4);
    Register[] set = new Register[1];
    code.ifThen(predicate, () -> set[0] = code.op("mov.b32", imm(5)));
    code.storeShared(B32, at(set[0]), set[0]);
    Kernel kernel = code.build();
    ControlFlow flow = new ControlFlow(kernel);
    assertTrue(flow.dominates(0, kernel.body().size() - 1));
    assertEquals(lines(kernel), lines(new PropagateCopies().apply(kernel)), "the constant is not set on all paths");
  }
}
