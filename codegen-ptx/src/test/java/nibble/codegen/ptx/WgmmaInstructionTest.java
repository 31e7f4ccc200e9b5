package nibble.codegen.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import nibble.codegen.layout.Dimension;
import org.junit.jupiter.api.Test;

class WgmmaInstructionTest {
  @Test
  void mnemonicIsInTheTable() {
    WgmmaInstruction half = new WgmmaInstruction(128, "bf16", "bf16", "f32", false, true, false);
    assertEquals("wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16", half.mnemonic());
    assertEquals(4, half.immediates().size());
    assertEquals(2, InstructionTable.forms(half.mnemonic()).size(), "from shared memory and from registers");
    WgmmaInstruction registers = new WgmmaInstruction(128, "bf16", "bf16", "f32", false, true, true);
    assertEquals(half.mnemonic(), registers.mnemonic());
    assertEquals(3, registers.immediates().size());
    assertThrows(
        IllegalArgumentException.class, () -> new WgmmaInstruction(128, "bf16", "bf16", "f32", true, true, true));
    WgmmaInstruction code = new WgmmaInstruction(64, "e4m3", "e4m3", "f32", false, false, false);
    assertEquals("wgmma.mma_async.sync.aligned.m64n64k32.f32.e4m3.e4m3", code.mnemonic());
    assertEquals(2, code.immediates().size());
    WgmmaInstruction single = new WgmmaInstruction(128, "tf32", "tf32", "f32", false, false, false);
    assertEquals("wgmma.mma_async.sync.aligned.m64n128k8.f32.tf32.tf32", single.mnemonic());
    assertEquals(2, single.immediates().size());
    assertTrue(new WgmmaInstruction(64, "s8", "s8", "s32", false, false, false).immediates().isEmpty());
    assertThrows(IllegalArgumentException.class, () -> new WgmmaInstruction(64, "s8", "s8", "s32", true, false, false));
  }

  /** PTX ISA 9.7.15.5.1: register i is at row 16w + g + 8 ((i >> 1) & 1), column 8 (i >> 2) + 2t + (i & 1). */
  @Test
  void accumulators() {
    WgmmaInstruction instruction = new WgmmaInstruction(64, "f16", "f16", "f32", false, false, false);
    for (int warp = 0; warp < 4; warp++) {
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < instruction.accumulatorRegisters(); i++) {
          Map<String, Integer> at = instruction.layoutOfAccumulator().apply(
              Map.of(Dimension.REGISTER, i, Dimension.LANE, lane, Dimension.WARP, warp));
          assertEquals(16 * warp + (lane >> 2) + 8 * (i >> 1 & 1), at.get(Dimension.tensor(0)));
          assertEquals(8 * (i >> 2) + 2 * (lane & 3) + (i & 1), at.get(Dimension.tensor(1)));
        }
      }
    }
  }
}
