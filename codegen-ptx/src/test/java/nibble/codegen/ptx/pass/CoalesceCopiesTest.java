package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import org.junit.jupiter.api.Test;

class CoalesceCopiesTest {
  private final KernelBuilder code = KernelBuilder.named("k");
  private final Register a = code.op("mov.f32", imm(2f));
  private final Register sum = code.variable(F32, imm(1f));

  private List<String> coalesced() {
    return lines(new CoalesceCopies().apply(code.build()));
  }

  private void assertStays() {
    Kernel kernel = code.build();
    assertSame(kernel, new CoalesceCopies().apply(kernel));
  }

  @Test
  void aResultThatIsCopiedAlone() {
    Register next = code.op("add.rn.f32", sum, a);
    code.op("mul.rn.f32", a, a);
    code.assign(sum, next);
    assertEquals(
        List.of("mov.f32 %f0, 0f40000000;", "mov.f32 %f1, 0f3F800000;", "add.rn.f32 %f1, %f1, %f0;",
            "mul.rn.f32 %f3, %f0, %f0;", "ret;"),
        coalesced());
  }

  /** What is set by several instructions, each of which needs what the one before has set. */
  @Test
  void aResultThatChangesInPlace() {
    Register next = code.op("mul.rn.f32", sum, a);
    code.emit("fma.rn.f32", next, a, a, next);
    code.emit("fma.rn.f32", next, next, a, next);
    code.assign(sum, next);
    assertEquals(
        List.of("mov.f32 %f0, 0f40000000;", "mov.f32 %f1, 0f3F800000;", "mul.rn.f32 %f1, %f1, %f0;",
            "fma.rn.f32 %f1, %f0, %f0, %f1;", "fma.rn.f32 %f1, %f1, %f0, %f1;", "ret;"),
        coalesced());
  }

  /** A copy that a branch may change, of what nobody needs otherwise. */
  @Test
  void aCopyThatABranchChanges() {
    Register product = code.op("mul.rn.f32", sum, a);
    Register result = code.variable(F32, product);
    code.ifThen(code.setp("lt", F32, a, imm(1f)), () -> code.assign(result, imm(3f)));
    code.op("neg.f32", result);
    assertEquals(
        List.of("mov.f32 %f0, 0f40000000;", "mov.f32 %f1, 0f3F800000;", "mul.rn.f32 %f3, %f1, %f0;",
            "setp.lt.f32 %p0, %f0, 0f3F800000;", "bra $end_if_0;", "mov.f32 %f3, 0f40400000;",
            "neg.f32 %f4, %f3;", "ret;"),
        coalesced());
  }

  /** A loop that swaps two variables needs a third one. */
  @Test
  void variablesThatSwap() {
    Register other = code.variable(F32, imm(5f));
    code.forRange(imm(0), imm(4), 1, iteration -> {
      Register one = code.op("add.rn.f32", sum, a);
      Register two = code.op("add.rn.f32", other, a);
      code.assign(sum, two);
      code.assign(other, one);
    });
    code.op("mul.rn.f32", sum, other);
    List<String> lines = coalesced();
    // Where one of them goes in place, the other cannot: it would be lost before it is read.
    assertEquals(1, lines.stream().filter(line -> line.matches("mov.f32 %f\\d+, %f\\d+;")).count(), lines::toString);
  }

  @Test
  void aResultThatIsNeededElsewhereStays() {
    Register next = code.op("add.rn.f32", sum, a);
    code.assign(sum, next);
    code.emit("fma.rn.f32", sum, sum, a, a);
    code.op("mul.rn.f32", next, sum);
    assertStays();
  }

  @Test
  void aVariableThatIsStillReadStays() {
    Register next = code.op("add.rn.f32", sum, a);
    code.op("mul.rn.f32", sum, a);
    code.assign(sum, next);
    assertStays();
  }

  @Test
  void aVariableThatIsKeptWhereABranchIsNotTakenStays() {
    Register next = code.op("add.rn.f32", sum, a);
    code.ifThen(code.setp("lt", F32, a, imm(1f)), () -> code.assign(sum, next));
    code.op("mul.rn.f32", sum, a);
    assertStays();
  }

  @Test
  void guardsStay() {
    Register next = code.op("add.rn.f32", sum, a);
    code.when(code.setp("lt", F32, a, imm(1f)), () -> code.assign(sum, next));
    code.op("mul.rn.f32", sum, a);
    assertStays();
  }
}
