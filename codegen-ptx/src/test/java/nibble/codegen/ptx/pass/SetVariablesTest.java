package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import org.junit.jupiter.api.Test;

class SetVariablesTest {
  private final KernelBuilder code = KernelBuilder.named("k");
  private final Register a = code.op("mov.f32", imm(2f));
  private final Register sum = code.variable(F32, imm(1f));

  private List<String> joined() {
    return lines(new SetVariables().apply(code.build()));
  }

  private void assertStays() {
    Kernel kernel = code.build();
    assertSame(kernel, new SetVariables().apply(kernel));
  }

  @Test
  void aResultThatIsCopiedAlone() {
    Register next = code.op("add.rn.f32", sum, a);
    code.op("mul.rn.f32", a, a);
    code.assign(sum, next);
    assertEquals(
        List.of("mov.f32 %f0, 0f40000000;", "mov.f32 %f1, 0f3F800000;", "add.rn.f32 %f1, %f1, %f0;",
            "mul.rn.f32 %f3, %f0, %f0;", "ret;"),
        joined());
  }

  @Test
  void aResultThatIsNeededElsewhereStays() {
    Register next = code.op("add.rn.f32", sum, a);
    code.assign(sum, next);
    code.op("mul.rn.f32", next, a);
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
  void aVariableThatIsSetBetweenStays() {
    Register next = code.op("add.rn.f32", sum, a);
    code.emit("mov.f32", sum, imm(3f));
    code.assign(sum, next);
    assertStays();
  }

  @Test
  void anotherBlockStays() {
    Register next = code.op("add.rn.f32", sum, a);
    code.ifThen(code.setp("lt", PtxType.F32, a, imm(1f)), () -> code.assign(sum, next));
    assertStays();
  }

  @Test
  void guardsStay() {
    Register next = code.op("add.rn.f32", sum, a);
    code.when(code.setp("lt", PtxType.F32, a, imm(1f)), () -> code.assign(sum, next));
    assertStays();
  }
}
