package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.B32;
import static nibble.codegen.ptx.PtxType.S32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.SpecialRegister;
import org.junit.jupiter.api.Test;

class EliminateCommonSubexpressionsTest {
  @Test
  void sameExpressionIsComputedOnceInABlock() {
    KernelBuilder code = KernelBuilder.named("k");
    Register tid = code.special(SpecialRegister.TID_X);
    Register variable = code.variable(S32, tid);
    Register before = code.add(S32, variable, 4);
    Register again = code.add(S32, variable, 4);
    code.assign(variable, imm(7));
    Register after = code.add(S32, variable, 4);
    code.storeShared(B32, at(before), again);
    code.storeShared(B32, at(before), after);
    assertEquals(
        List.of("mov.u32 %r0, %tid.x;", "mov.b32 %r1, %r0;", "add.s32 %r2, %r1, 4;", "mov.b32 %r1, 7;",
            "add.s32 %r4, %r1, 4;", "st.shared.b32 [%r2], %r2;", "st.shared.b32 [%r2], %r4;", "ret;"),
        lines(new EliminateCommonSubexpressions().apply(code.build())));
  }

  @Test
  void loadsAndOtherBlocksAreNotMerged() {
    KernelBuilder code = KernelBuilder.named("k");
    Register tid = code.special(SpecialRegister.TID_X);
    Register one = code.loadShared(B32, at(tid));
    Register two = code.loadShared(B32, at(tid));
    code.ifThen(code.setp("lt", S32, one, two), () -> code.storeShared(B32, at(tid), code.add(S32, tid, 1)));
    code.storeShared(B32, at(tid), code.add(S32, tid, 1));
    Kernel kernel = code.build();
    assertSame(kernel, new EliminateCommonSubexpressions().apply(kernel));
  }
}
