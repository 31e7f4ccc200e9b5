package nibble.codegen.ptx;

import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.identity;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import nibble.codegen.layout.AddressPlan;
import nibble.codegen.layout.BankConflicts;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.ChooseSwizzle;
import nibble.codegen.layout.LdmatrixPlan;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import nibble.codegen.layout.VectorAccess;
import org.junit.jupiter.api.Test;

/** What {@code docs/linear-layouts.md} shows is so. */
class LinearLayoutsPageTest {
  @Test
  void accumulator() {
    LinearLayout layout = LinearLayout.parse(
        "{register: [[0, 1], [8, 0]], lane: [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]} -> {dim0: 16, dim1: 8}");
    assertEquals(MmaFragment.accumulator(16), layout);
    assertArrayEquals(new int[] {9, 5}, layout.apply(3, 6));
  }

  @Test
  void workedExample() {
    LinearLayout tile = MmaFragment.a(16, 32, 8)
        .times(identity(REGISTER, 2, "dim1")).times(identity(REGISTER, 4, "dim0")).times(identity(WARP, 2, "dim0"));
    LinearLayout copies =
        BlockedLayout.of(new int[] {1, 16}, new int[] {8, 4}, new int[] {4, 1}, 1, 0).toLayout(128, 64);
    SharedLayout rowMajor = SharedLayout.rowMajor(8, 128, 64);
    SharedAccess write = SharedAccess.vector(copies, VectorAccess.of(copies, rowMajor.layout(), 8, 16));
    SharedAccess read = SharedAccess.ldmatrix(tile, 4, 8);
    assertEquals(4, BankConflicts.wavefronts(write, rowMajor));
    assertEquals(16, BankConflicts.wavefronts(read, rowMajor));

    SharedLayout shared = ChooseSwizzle.forAccesses(write, read);
    assertEquals(4, BankConflicts.wavefronts(write, shared));
    assertEquals(4, BankConflicts.wavefronts(read, shared));
    assertEquals(SharedLayout.swizzled(SwizzleMode.BYTES_64, 8, 128, 64), shared);

    LdmatrixPlan loads = LdmatrixPlan.find(tile, shared).orElseThrow();
    assertEquals(8, loads.instructions());
    assertEquals(
        "{lane: [[64], [144], [288], [512], [16]], warp: [[4096]], instruction: [[32], [1024], [2048]]}"
            + " -> {offset: 8192}",
        loads.addresses().toString());

    AddressPlan addresses = AddressPlan.of(loads.addresses(), LdmatrixPlan.INSTRUCTION);
    assertEquals(0b1001111110000, addresses.variableBits());
    assertEquals(ImmutableIntArray.of(0, 32), addresses.bases());
    assertEquals(ImmutableIntArray.of(0, 0, 1024, 1024, 2048, 2048, 3072, 3072), addresses.immediateOf());
  }
}
