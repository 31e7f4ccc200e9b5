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
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.codegen.ptx.SpecialRegister;
import nibble.codegen.ptx.WgmmaInstruction;
import org.junit.jupiter.api.Test;

class RemoveDeadCodeTest {
  @Test
  void deadChainsAndLonelyAccumulatorsGo() {
    KernelBuilder code = KernelBuilder.named("k");
    Register tid = code.special(SpecialRegister.TID_X);
    code.add(S32, code.add(S32, tid, 1), 1);
    Register sum = code.variable(S32, imm(0));
    code.forRange(imm(0), imm(4), 1, i -> code.emit("add.s32", sum, sum, i));
    code.loadShared(B32, at(tid));
    assertEquals(
        List.of("mov.b32 %r4, 0;", "setp.ge.s32 %p0, %r4, 4;", "bra $end_for_0;", "add.s32 %r4, %r4, 1;",
            "setp.lt.s32 %p1, %r4, 4;", "bra $loop_1;", "ret;"),
        lines(new RemoveDeadCode().apply(code.build())));
  }

  @Test
  void whatAnUpdateReadsStays() {
    KernelBuilder code = KernelBuilder.named("k");
    RegisterVector sums = code.freshVector(RegisterType.B32, 32);
    sums.registers().forEach(sum -> code.emit("mov.b32", sum, imm(0)));
    Register descriptor = code.op("mov.b64", imm(0));
    Register add = code.op("setp.eq.u32", code.special(SpecialRegister.TID_X), imm(0));
    code.wgmma(new WgmmaInstruction(64, "s8", "s8", "s32", false, false, false), sums, descriptor, descriptor, add);
    Kernel kernel = code.build();
    assertSame(kernel, new RemoveDeadCode().apply(kernel));
  }

  @Test
  void effectsStay() {
    KernelBuilder code = KernelBuilder.named("k");
    code.barrier();
    code.storeShared(B32, at(code.special(SpecialRegister.TID_X)), code.op("mov.b32", imm(1)));
    Kernel kernel = code.build();
    assertSame(kernel, new RemoveDeadCode().apply(kernel));
  }
}
