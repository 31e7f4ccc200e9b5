package nibble.codegen.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MmaInstructionTest {
  private static final Pattern DENSE =
      Pattern.compile("mma\\.sync\\.aligned\\.m16n8k(\\d+)\\.row\\.col\\.(?:kind::f8f6f4\\.)?"
          + "(\\w+)\\.(\\w+)\\.(\\w+)\\.\\w+");

  /** The registers that the table has are those that the fragments fill. */
  @Test
  void fragmentsFillTheRegistersOfTheTable() {
    int checked = 0;
    for (InstructionForm form : InstructionTable.all()) {
      Matcher matcher = DENSE.matcher(form.mnemonic());
      if (matcher.matches()) {
        MmaInstruction mma = new MmaInstruction(
            Integer.parseInt(matcher.group(1)), matcher.group(3), matcher.group(4), matcher.group(2));
        assertEquals(form.mnemonic(), mma.mnemonic());
        assertEquals(form.inputs().get(0).count(), mma.registersOfA(), form::toString);
        assertEquals(form.inputs().get(1).count(), mma.registersOfB(), form::toString);
        assertEquals(form.outputs().get(0).count(), mma.accumulatorRegisters(), form::toString);
        assertEquals(form.outputs().get(0).type(), mma.accumulatorType());
        assertEquals(mma.registersOfA() * 32 / mma.elementBits(), mma.layoutOfA().inputSize("register"));
        assertEquals(mma.registersOfB() * 32 / mma.elementBits(), mma.layoutOfB().inputSize("register"));
        checked++;
      }
    }
    assertTrue(checked > 20, "only " + checked);
  }

  @Test
  void deepestInstructionOfAType() {
    assertEquals("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32", MmaInstruction.of("s8", "s8", "s32").mnemonic());
    assertEquals(16, MmaInstruction.of("bf16", "bf16", "f32").k());
    assertThrows(IllegalArgumentException.class, () -> MmaInstruction.of("bf16", "bf16", "f16"));
    assertThrows(IllegalArgumentException.class, () -> MmaInstruction.of("int8", "int8", "s32"));
  }
}
