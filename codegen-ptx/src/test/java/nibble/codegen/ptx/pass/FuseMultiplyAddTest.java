package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import org.junit.jupiter.api.Test;

class FuseMultiplyAddTest {
  private final KernelBuilder code = KernelBuilder.named("k");
  private final Register a = code.op("mov.f32", imm(2f));
  private final Register b = code.op("mov.f32", imm(3f));

  private Register product() {
    return code.op("mul.rn.f32", a, b);
  }

  private List<String> fused() {
    List<String> lines = lines(new FuseMultiplyAdd().apply(code.build()));
    return lines.stream().filter(line -> line.startsWith("add") || line.startsWith("fma")).toList();
  }

  @Test
  void aProductNeededOnceIsAddedUnrounded() {
    code.op("add.rn.f32", product(), a);
    code.op("add.rn.f32", b, product());
    code.op("add.rn.f32", product(), imm(1f));
    assertEquals(
        List.of(
            "fma.rn.f32 %f3, %f0, %f1, %f0;", "fma.rn.f32 %f5, %f0, %f1, %f1;",
            "fma.rn.f32 %f7, %f0, %f1, 0f3F800000;"),
        fused());
  }

  @Test
  void theOtherProductOfASumStays() {
    code.op("add.rn.f32", product(), product());
    assertEquals(List.of("fma.rn.f32 %f4, %f0, %f1, %f3;"), fused());
  }

  @Test
  void aProductNeededTwiceStays() {
    Register product = product();
    code.op("add.rn.f32", product, a);
    code.op("add.rn.f32", product, b);
    Kernel kernel = code.build();
    assertSame(kernel, new FuseMultiplyAdd().apply(kernel));
  }

  @Test
  void aFactorThatChangedStays() {
    Register variable = code.variable(F32, a);
    Register product = code.op("mul.rn.f32", variable, b);
    code.emit("mov.f32", variable, imm(1f));
    code.op("add.rn.f32", product, a);
    Kernel kernel = code.build();
    assertSame(kernel, new FuseMultiplyAdd().apply(kernel));
  }

  /** As a load under a guard is, which sets its registers twice. */
  @Test
  void aVariableThatDidNotChangeIsAFactor() {
    Register variable = code.variable(F32, a);
    code.op("add.rn.f32", code.op("mul.rn.f32", variable, b), a);
    assertEquals(List.of("fma.rn.f32 %f4, %f2, %f1, %f0;"), fused());
  }

  @Test
  void anotherBlockStays() {
    Register product = product();
    code.ifThen(code.setp("lt", PtxType.F32, a, imm(1f)), () -> code.op("add.rn.f32", product, a));
    Kernel kernel = code.build();
    assertSame(kernel, new FuseMultiplyAdd().apply(kernel));
  }

  @Test
  void guardsStay() {
    Register condition = code.setp("lt", PtxType.F32, a, imm(1f));
    Register product = product();
    Register sum = code.variable(F32, b);
    code.when(condition, () -> code.emit("add.rn.f32", sum, product, a));
    Instruction fused = new FuseMultiplyAdd().apply(code.build()).instructions()
        .filter(instruction -> instruction.mnemonic().equals("fma.rn.f32")).findFirst().orElseThrow();
    assertEquals("fma.rn.f32 %f3, %f0, %f1, %f0;", fused.toString());
    assertEquals(condition, fused.guard().orElseThrow().predicate());
  }
}
