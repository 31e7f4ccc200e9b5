package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.KernelText.lines;
import static nibble.codegen.ptx.PtxType.B32;
import static nibble.codegen.ptx.PtxType.S32;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.SpecialRegister;
import org.junit.jupiter.api.Test;

class RenumberRegistersTest {
  @Test
  void registersAreNumberedWithoutGaps() {
    KernelBuilder code = KernelBuilder.named("k");
    code.fresh(RegisterType.B32);
    code.add(S32, code.special(SpecialRegister.TID_X), 1);
    assertEquals(
        List.of("mov.u32 %r0, %tid.x;", "add.s32 %r1, %r0, 1;", "ret;"),
        lines(new RenumberRegisters().apply(code.build())));
  }
}
