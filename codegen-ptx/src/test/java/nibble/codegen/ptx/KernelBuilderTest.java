package nibble.codegen.ptx;

import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.B32;
import static nibble.codegen.ptx.PtxType.BF16X2;
import static nibble.codegen.ptx.PtxType.F32;
import static nibble.codegen.ptx.PtxType.S32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelBuilderTest {
  private final KernelBuilder code = KernelBuilder.named("k");

  @Test
  void wrongOperandsAreRefusedWithTheRow() {
    Register f = code.op("mov.f32", imm(1f));
    Exception error = assertThrows(IllegalArgumentException.class, () -> code.add(S32, f, 1));
    assertEquals(
        "add.s32 does not take (%f0, 1); the table has\n  add.s32 b32 <- b32 b32#   (PTX ISA 9.7.1.1)",
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> code.emit("add.s32", f, f, f));
    assertThrows(IllegalArgumentException.class, () -> code.op("add.s32", imm(1), imm(2)));
    assertThrows(IllegalArgumentException.class, () -> code.op("cp.async.wait_group", imm(99)));
    assertThrows(IllegalArgumentException.class, () -> code.ldmatrix(3, false, at(code.fresh(RegisterType.B32))));
    assertThrows(IllegalArgumentException.class, () -> code.loadGlobal(F32, at(code.fresh(RegisterType.B32))));
  }

  @Test
  void unknownMnemonicIsHelped() {
    Exception error = assertThrows(IllegalArgumentException.class, () -> code.op("mul.low.s32", imm(1)));
    assertTrue(error.getMessage().startsWith("no instruction mul.low.s32 in the table; did you mean 'mul.lo.s32'"),
        error.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"4294967295,true", "4294967296,false", "-2147483648,true", "-2147483649,false"})
  void constantsMustFitTheRegister(long constant, boolean fits) {
    assertEquals(fits, InstructionTable.forms("and.b32").getFirst().inputs().get(1).accepts(imm(constant)));
  }

  @Test
  void floatsAreExact() {
    assertEquals("0f3F800000", imm(1f).toString());
    assertEquals("0d3FF0000000000000", imm(1d).toString());
    assertEquals("-100000", imm(-100000).toString());
    assertEquals("0xFFFFFFFF", imm(0xFFFFFFFFL).toString());
  }

  @Test
  void overloadsAreChosenByTheirOperands() {
    RegisterVector halves = code.freshVector(RegisterType.B16, 2);
    code.emit("mov.b32", halves, code.op("mov.b32", halves));
    code.floatOf(code.bitsOf(code.op("mov.f32", imm(0f))));
    assertEquals(
        List.of("mov.b32 %r0, {%h0, %h1};", "mov.b32 {%h0, %h1}, %r0;", "mov.f32 %f0, 0f00000000;",
            "mov.b32 %r1, %f0;", "mov.b32 %f1, %r1;", "ret;"),
        lines(code.build()));
  }

  @Test
  void secondSourceOfAPackIsLow() {
    Register low = code.op("mov.f32", imm(1f));
    Register high = code.op("mov.f32", imm(2f));
    code.packHalves(BF16X2, low, high);
    assertEquals("cvt.rn.bf16x2.f32 %r0, %f1, %f0;", lines(code.build()).get(2));
  }

  @Test
  void guardsNest() {
    Register p = code.setp("lt", S32, code.special(SpecialRegister.TID_X), 4);
    Register q = code.setp("gt", S32, code.special(SpecialRegister.TID_X), 1);
    Register r = code.variable(S32, imm(0));
    code.when(p, () -> code.when(q.not(), () -> code.assign(r, imm(1))));
    List<Instruction> instructions = code.build().instructions().toList();
    assertEquals("not.pred %p2, %p1;", instructions.get(5).toString());
    assertEquals("and.pred %p3, %p0, %p2;", instructions.get(6).toString());
    assertEquals(Optional.empty(), instructions.get(6).guard());
    assertEquals("@%p3", instructions.get(7).guard().orElseThrow().toString());
    assertThrows(IllegalStateException.class, () -> code.when(p, () -> code.ifThen(q, () -> { })));
  }

  @Test
  void branchesAndLoopsRun() {
    Register out = code.load(code.pointer("out", 4));
    Register sum = code.variable(S32, imm(0));
    code.forRange(imm(0), imm(10), 3, i -> code.ifThenElse(
        code.setp("eq", S32, code.and(i, 1), 0),
        () -> code.emit("add.s32", sum, sum, i),
        () -> code.emit("sub.s32", sum, sum, imm(100))));
    code.forRange(imm(5), imm(5), 1, i -> code.assign(sum, imm(-1)));
    code.storeGlobal(B32, at(out, 8), sum);
    Kernel kernel = code.build();
    assertEquals(List.of("8 <- " + (0 - 100 + 6 - 100)), MiniMachine.run(kernel));
  }

  @Test
  void kernelsAreChecked() {
    code.jump(new Label("nowhere"));
    assertThrows(IllegalArgumentException.class, code::build);
    assertThrows(IllegalArgumentException.class, () -> KernelBuilder.named("a b").build());
    KernelBuilder twice = KernelBuilder.named("k");
    twice.scalar("n", S32);
    twice.pointer("n", 4);
    assertThrows(IllegalArgumentException.class, twice::build);
    KernelBuilder dynamic = KernelBuilder.named("k");
    dynamic.dynamicShared("a", 16);
    dynamic.dynamicShared("b", 16);
    assertThrows(IllegalArgumentException.class, dynamic::build);
    KernelBuilder marked = KernelBuilder.named("k");
    Label label = marked.label("here");
    marked.mark(label);
    marked.mark(label);
    assertThrows(IllegalArgumentException.class, marked::build);
  }

  @Test
  void vectorsAreOfOneType() {
    assertThrows(
        IllegalArgumentException.class,
        () -> RegisterVector.of(code.fresh(RegisterType.B32), code.fresh(RegisterType.F32)));
    RegisterVector eight = code.freshVector(RegisterType.B32, 8);
    assertEquals(eight, eight.slice(0, 4).concat(eight.slice(4, 4)));
  }
}
