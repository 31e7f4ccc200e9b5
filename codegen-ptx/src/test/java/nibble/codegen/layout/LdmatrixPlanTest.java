package nibble.codegen.layout;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.identity;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans are carried out on a simulated shared memory that holds the number of each element. */
class LdmatrixPlanTest {
  @ParameterizedTest
  @CsvSource({"4,64,128", "8,32,128", "16,16,64", "32,8,32"})
  void operandAInOneInstruction(int bits, int k, int columns) {
    LinearLayout fragment = MmaFragment.a(16, k, bits);
    LdmatrixPlan plan = check(fragment.cover(16, columns), SharedLayout.rowMajor(bits, 16, columns), 4);
    assertEquals(4, plan.matrices());
    assertFalse(plan.transposed());
    assertEquals(columns / k, plan.instructions());
    for (int lane = 0; lane < 32; lane++) {
      assertEquals((lane & 15) * columns * bits / 8 + 16 * (lane >> 4), plan.addresses().apply(lane, 0)[0]);
    }
  }

  @ParameterizedTest
  @CsvSource({"4,64", "8,32", "16,16", "32,8"})
  void operandBOfTwoTilesFromRowsAlongK(int bits, int k) {
    LinearLayout fragment = MmaFragment.b(k, bits).times(identity(REGISTER, 4, "dim1"));
    SharedLayout shared = new SharedLayout(SharedLayout.rowMajor(bits, 32, k).layout().transpose(1, 0), bits);
    LdmatrixPlan plan = check(fragment, shared, 4);
    assertFalse(plan.transposed());
    assertEquals(2, plan.instructions());
    for (int lane = 0; lane < 32; lane++) {
      int n = (lane & 7) + 8 * (lane >> 4);
      assertEquals(n * k * bits / 8 + 16 * (lane >> 3 & 1), plan.addresses().apply(lane, 0)[0]);
    }
  }

  @Test
  void operandBFromRowsAlongNIsTransposed() {
    LinearLayout fragment = MmaFragment.b(16, 16).times(identity(REGISTER, 2, "dim1"));
    LdmatrixPlan plan = check(fragment, SharedLayout.rowMajor(16, 16, 16), 4);
    assertTrue(plan.transposed());
    assertEquals(1, plan.instructions());
    for (int lane = 0; lane < 32; lane++) {
      assertEquals((lane & 15) * 32 + 16 * (lane >> 4), plan.addresses().apply(lane, 0)[0]);
    }
  }

  /** A tile whose rows are those of the matrices: lane {@code 8*j + i} gives row i of matrix j. */
  @ParameterizedTest
  @CsvSource({"1,4", "2,8", "4,16", "4,32"})
  void ldmatrixLoadsItsOwnFragment(int matrices, int bits) {
    SharedLayout rows = SharedLayout.rowMajor(bits, 8 * matrices, 128 / bits);
    LdmatrixPlan plan = check(LdmatrixFragment.plain(matrices, bits), rows, 4);
    assertFalse(plan.transposed());
    assertEquals(LinearLayout.identity(LANE, 8 * matrices, "row").matrix(), rowsGiven(plan));
    if (bits == 16) {
      LdmatrixPlan transposed = check(LdmatrixFragment.transposed(matrices), rows, 4);
      assertTrue(transposed.transposed());
      assertEquals(rowsGiven(plan), rowsGiven(transposed));
    }
  }

  private static F2Matrix rowsGiven(LdmatrixPlan plan) {
    F2Matrix addresses = plan.addresses().matrix();
    return addresses.rowRange(4, addresses.rows());
  }

  @ParameterizedTest
  @CsvSource({"BYTES_32,1", "BYTES_64,2", "BYTES_128,4"})
  void swizzledTilesOfSeveralWarps(SwizzleMode mode, int maxMatrices) {
    LinearLayout fragment = MmaFragment.a(16, 32, 8).times(identity(REGISTER, 2, "dim0"))
        .times(identity(WARP, 2, "dim0")).times(LinearLayout.broadcast(WARP, 2)).cover(64, 128);
    LdmatrixPlan plan = check(fragment, SharedLayout.swizzled(mode, 8, 64, 128), maxMatrices);
    assertEquals(maxMatrices, plan.matrices());
    assertEquals(fragment.inputSize(REGISTER) / 4 / maxMatrices, plan.instructions());
  }

  @Test
  void accumulatorsArePackedToStore() {
    LinearLayout fragment = MmaFragment.accumulator(16).times(identity(REGISTER, 2, "dim1"));
    assertEquals(4, check(fragment, SharedLayout.rowMajor(16, 16, 16), 4).matrices());
    assertTrue(check(fragment.transpose(1, 0), SharedLayout.rowMajor(16, 16, 16), 4).transposed());
  }

  @Test
  void whatIsNotMadeOfRowsIsRefused() {
    LinearLayout a = MmaFragment.a(16, 32, 8);
    assertTrue(LdmatrixPlan.find(a.transpose(1, 0), SharedLayout.rowMajor(8, 32, 16)).isEmpty(), "bytes across rows");
    assertTrue(LdmatrixPlan.find(MmaFragment.a(16, 16, 64), SharedLayout.rowMajor(64, 16, 16)).isEmpty(), "64 bits");
    LinearLayout pairs = BlockedLayout.of(new int[] {1, 4}, new int[] {16, 2}, new int[] {1, 1}, 1, 0).toLayout(16, 16);
    assertTrue(LdmatrixPlan.find(pairs, SharedLayout.rowMajor(8, 16, 16)).isEmpty(), "rows of 8 bytes");
    assertTrue(
        LdmatrixPlan.find(a.cover(16, 128), SharedLayout.swizzled(SwizzleMode.BYTES_128, 8, 16, 128)).isPresent());
    SharedLayout fine = new SharedLayout(
        LinearLayout.parse("{offset: [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [1, 8], [2, 0], [4, 0], [8, 0]]}"
            + " -> {dim0: 16, dim1: 32}"), 8);
    assertTrue(LdmatrixPlan.find(a, fine).isEmpty(), "a swizzle inside of a row");
  }

  private static LdmatrixPlan check(LinearLayout fragment, SharedLayout shared, int maxMatrices) {
    LdmatrixPlan plan = LdmatrixPlan.find(fragment, shared, maxMatrices).orElseThrow();
    int perRegister = 32 / shared.elementBits();
    int warps = fragment.inputSize(WARP);
    for (int warp = 0; warp < warps; warp++) {
      for (int instruction = 0; instruction < plan.instructions(); instruction++) {
        ImmutableIntArray registers = plan.registers().get(instruction);
        for (int lane = 0; lane < 32; lane++) {
          for (int j = 0; j < plan.matrices(); j++) {
            for (int e = 0; e < perRegister; e++) {
              long held = fragment.matrix().multiply(DimensionList.pack(
                  fragment.inputs(), inputs(fragment, registers.get(j) * perRegister + e, lane, warp)));
              assertEquals(held, loaded(plan, shared, warp, instruction, j, lane, e));
            }
          }
        }
      }
    }
    return plan;
  }

  /** The packed coordinates of element {@code e} of register {@code j} after ldmatrix. */
  private static long loaded(LdmatrixPlan plan, SharedLayout shared, int warp, int instruction, int j, int lane,
      int e) {
    int perRegister = 32 / shared.elementBits();
    int row = plan.transposed() ? 2 * (lane & 3) + e : lane >> 2;
    int inRow = plan.transposed() ? lane >> 2 : (lane & 3) * perRegister + e;
    LinearLayout addresses = plan.addresses();
    int giver = 8 * j + row;
    int[] at = addresses.hasInput(WARP)
        ? addresses.apply(giver, warp, instruction) : addresses.apply(giver, instruction);
    return shared.layout().matrix().multiply((long) at[0] * 8 / shared.elementBits() + inRow);
  }

  private static int[] inputs(LinearLayout fragment, int register, int lane, int warp) {
    return fragment.inputs().stream().mapToInt(input -> switch (input.name()) {
      case REGISTER -> register;
      case LANE -> lane;
      default -> warp;
    }).toArray();
  }
}
