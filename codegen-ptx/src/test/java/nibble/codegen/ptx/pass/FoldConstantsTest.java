package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.S32;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.SpecialRegister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldConstantsTest {
  @Test
  void indexArithmeticBecomesCheap() {
    KernelBuilder code = KernelBuilder.named("k");
    Register tid = code.special(SpecialRegister.TID_X);
    Register eight = code.op("mov.b32", imm(8));
    List<Register> results = List.of(
        code.mul(S32, tid, 16), code.add(S32, tid, 0), code.mad(S32, eight, tid, imm(0)),
        code.op("rem.u32", tid, imm(32)),
        code.op("div.u32", tid, eight), code.mul(S32, eight, 3), code.mad(S32, tid, imm(1), eight),
        code.op("div.s32", tid, imm(4)), code.and(tid, -1), code.op("mul.wide.u32", eight, tid));
    assertEquals(
        List.of(
            "shl.b32 %r2, %r0, 4;", "mov.b32 %r3, %r0;", "mul.lo.s32 %r4, %r0, 8;", "and.b32 %r5, %r0, 31;",
            "shr.u32 %r6, %r0, 3;", "mov.b32 %r7, 24;", "add.s32 %r8, %r0, %r1;", "div.s32 %r9, %r0, 4;",
            "mov.b32 %r10, %r0;", "mul.wide.u32 %rd0, %r0, 8;", "ret;"),
        lines(new FoldConstants().apply(code.build())).subList(2, results.size() + 3));
  }

  @Test
  void constantsOfVariablesAndOtherValuesStay() {
    KernelBuilder code = KernelBuilder.named("k");
    Register tid = code.special(SpecialRegister.TID_X);
    Register variable = code.variable(S32, imm(0));
    code.emit("add.s32", variable, variable, imm(1));
    code.add(S32, tid, variable);
    code.mul(S32, tid, 12);
    code.op("div.u32", tid, imm(0));
    Kernel kernel = code.build();
    assertEquals(lines(kernel), lines(new FoldConstants().apply(kernel)));
  }

  @ParameterizedTest
  @CsvSource({
      "add.s32,2147483647,1,-2147483648", "add.u32,4294967295,1,0", "mul.lo.s32,65536,65536,0",
      "mul.wide.u32,4294967295,4294967295,-8589934591", "mul.wide.s32,-1,3,-3", "shr.s32,-8,40,-1",
      "shr.u32,-8,1,2147483644",
      "shr.u32,-1,32,0", "shl.b32,1,32,0", "shl.b32,1,31,-2147483648", "div.s32,-7,2,-3", "rem.s32,-7,2,-1",
      "div.u32,-2,2,2147483647", "min.u32,-1,1,1", "max.s32,-1,1,1", "xor.b32,-1,5,-6"})
  void constantsAreComputedAsTheTypeSays(String mnemonic, long a, long b, long result) {
    KernelBuilder code = KernelBuilder.named("k");
    code.op(mnemonic, code.op("mov.b32", imm(a)), imm(b));
    Kernel folded = new FoldConstants().apply(code.build());
    assertEquals(imm(result), folded.instructions().toList().get(1).inputs().getFirst());
  }
}
