package nibble.codegen.ptx;

import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static nibble.codegen.ptx.PtxType.B32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.F2Matrix;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import org.junit.jupiter.api.Test;

/** The code for a layout computes what the layout says. */
class LayoutOpsTest {
  @Property(tries = 200)
  void codeComputesTheFunction(@ForAll Random random) {
    LinearLayout function = new LinearLayout(
        ImmutableList.of(new Dimension("lane", 5), new Dimension("warp", 2)),
        ImmutableList.of(new Dimension("offset", 11)),
        F2Matrix.ofColumns(11, random.longs(7, 0, 1 << 11).toArray()));
    KernelBuilder code = KernelBuilder.named("k");
    Register out = code.load(code.pointer("out", 4));
    Register thread = code.special(SpecialRegister.TID_X);
    Register warp = code.shr(PtxType.U32, thread, 5);
    code.storeGlobal(B32, at(out), code.linear(function, Map.of("lane", thread, "warp", warp)));
    Kernel kernel = code.build();
    for (int id = 0; id < 128; id++) {
      assertEquals("0 <- " + function.apply(id % 32, id / 32)[0], MiniMachine.run(kernel, id).getFirst());
    }
  }

  @Test
  void addressesOfAPlan() {
    LinearLayout tile = MmaFragment.a(16, 32, 8).cover(32, 128);
    LinearLayout addresses = SharedLayout.swizzled(SwizzleMode.BYTES_128, 8, 32, 128).addresses(tile);
    AddressPlan plan = AddressPlan.of(addresses, Dimension.REGISTER);
    KernelBuilder code = KernelBuilder.named("k");
    Register out = code.load(code.pointer("out", 4));
    Register start = code.op("mov.b32", imm(4096));
    Register thread = code.special(SpecialRegister.TID_X);
    RegisterVector registers = code.addressRegisters(plan, start, Map.of("lane", thread));
    for (int register = 0; register < tile.inputSize("register"); register++) {
      Address address = code.address(plan, registers, register);
      code.storeGlobal(B32, at(out, register), code.add(PtxType.S32, (Register) address.base(), address.offset()));
    }
    Kernel kernel = code.build();
    for (int lane = 0; lane < 32; lane++) {
      for (int register = 0; register < tile.inputSize("register"); register++) {
        assertEquals(
            register + " <- " + (4096 + addresses.apply(register, lane)[0]),
            MiniMachine.run(kernel, lane).get(register));
      }
    }
  }

  @Test
  void everyInputNeedsARegister() {
    KernelBuilder code = KernelBuilder.named("k");
    assertThrows(
        IllegalArgumentException.class, () -> code.linear(LinearLayout.identity("lane", 2, "offset"), Map.of()));
    assertThrows(IllegalArgumentException.class, () -> code.linear(MmaFragment.accumulator(16), Map.of()));
  }
}
