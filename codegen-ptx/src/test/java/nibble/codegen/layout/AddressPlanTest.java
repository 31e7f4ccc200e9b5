package nibble.codegen.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AddressPlanTest {
  private static final int BITS = 10;

  private static LinearLayout random(Random random, int lanes, int steps) {
    ImmutableList<Dimension> inputs = ImmutableList.of(new Dimension("lane", lanes), new Dimension("step", steps));
    long[] columns = random.longs(lanes + steps, 0, 1 << BITS).map(c -> c & random.nextInt(1 << BITS)).toArray();
    return new LinearLayout(
        inputs, ImmutableList.of(new Dimension("offset", BITS)), F2Matrix.ofColumns(BITS, columns));
  }

  @Property
  void basePlusImmediateIsTheAddress(@ForAll Random random, @ForAll @IntRange(max = 5) int lanes,
      @ForAll @IntRange(max = 4) int steps) {
    LinearLayout addresses = random(random, lanes, steps);
    AddressPlan plan = AddressPlan.of(addresses, "step");
    for (int lane = 0; lane < 1 << lanes; lane++) {
      for (int step = 0; step < 1 << steps; step++) {
        int register = plan.variable().apply(lane)[0] ^ plan.bases().get(plan.base(step));
        assertEquals(addresses.apply(lane, step)[0], register + plan.immediate(step));
      }
    }
    assertEquals(0, plan.bases().get(0));
  }

  /** Two steps can share a register exactly when their addresses differ by the same number in all lanes. */
  @Property
  void noPlanNeedsFewerRegisters(@ForAll Random random, @ForAll @IntRange(max = 5) int lanes,
      @ForAll @IntRange(max = 4) int steps) {
    LinearLayout addresses = random(random, lanes, steps);
    List<Integer> representatives = new ArrayList<>();
    for (int step = 0; step < 1 << steps; step++) {
      int candidate = step;
      if (representatives.stream().noneMatch(other -> differConstantly(addresses, other, candidate))) {
        representatives.add(step);
      }
    }
    assertEquals(representatives.size(), AddressPlan.of(addresses, "step").bases().length());
  }

  private static boolean differConstantly(LinearLayout addresses, int one, int two) {
    int difference = addresses.apply(0, one)[0] - addresses.apply(0, two)[0];
    for (int lane = 0; lane < addresses.inputSize("lane"); lane++) {
      if (addresses.apply(lane, one)[0] - addresses.apply(lane, two)[0] != difference) {
        return false;
      }
    }
    return true;
  }

  /** A warp's s8 operand A, 64 x 128 in rows of 128 bytes, swizzled: k-steps swap chunks, row blocks only add. */
  @Test
  void ksOfASwizzledRowNeedABaseEach() {
    LinearLayout fragment = MmaFragment.a(16, 32, 8)
        .times(LinearLayout.identity("register", 4, "dim1")).times(LinearLayout.identity("register", 4, "dim0"));
    LdmatrixPlan loads = LdmatrixPlan.find(fragment, SharedLayout.swizzled(SwizzleMode.BYTES_128, 8, 64, 128))
        .orElseThrow();
    AddressPlan plan = AddressPlan.of(loads.addresses(), LdmatrixPlan.INSTRUCTION);
    assertEquals(16, loads.instructions());
    assertEquals(ImmutableIntArray.of(0, 32, 64, 96), plan.bases());
    assertEquals(0x7F0, plan.variableBits());
    assertEquals(2, plan.base(4 + 2));
    assertEquals(16 * 128, plan.immediate(4 + 2));
    assertEquals(ImmutableList.of("lane"), plan.variables());
  }

  /** The same without a swizzle: one register for all. */
  @Test
  void plainRowsNeedOneBase() {
    LinearLayout fragment = MmaFragment.a(16, 32, 8).cover(64, 128);
    LdmatrixPlan loads = LdmatrixPlan.find(fragment, SharedLayout.rowMajor(8, 64, 128)).orElseThrow();
    assertEquals(1, AddressPlan.of(loads.addresses(), LdmatrixPlan.INSTRUCTION).bases().length());
  }

  /** Where a write touches 32 bytes of 4 rows instead of 128 of one, a layout exists in which k-steps only add. */
  @Test
  void theSwizzleDecidesHowManyBases() {
    LinearLayout fragment = MmaFragment.a(16, 32, 8)
        .times(LinearLayout.identity("register", 4, "dim1")).times(LinearLayout.identity("register", 4, "dim0"));
    SharedAccess read = SharedAccess.ldmatrix(fragment, 4, 8);
    LinearLayout copies = BlockedLayout.of(new int[] {1, 16}, new int[] {16, 2}, new int[] {1, 1}, 1, 0)
        .toLayout(64, 128);
    SharedAccess write = SharedAccess.vector(copies, ImmutableIntArray.of(0, 1, 2, 3), 8);
    SharedLayout shared = ChooseSwizzle.forAccesses(write, read);
    assertTrue(BankConflicts.isConflictFree(write, shared) && BankConflicts.isConflictFree(read, shared));
    LdmatrixPlan loads = LdmatrixPlan.find(fragment, shared).orElseThrow();
    assertEquals(1, AddressPlan.of(loads.addresses(), LdmatrixPlan.INSTRUCTION).bases().length());
  }

  @Test
  void constantsMustBeInputs() {
    LinearLayout addresses = LinearLayout.identity("lane", 4, "offset");
    assertThrows(IllegalArgumentException.class, () -> AddressPlan.of(addresses, "step"));
    assertThrows(IllegalArgumentException.class, () -> AddressPlan.of(MmaFragment.accumulator(16), "lane"));
  }
}
