package nibble.codegen.ptx;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.identity;
import static nibble.codegen.ptx.Address.at;
import static nibble.codegen.ptx.Immediate.imm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.ConversionPlan;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.F2Matrix;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;
import nibble.codegen.ptx.pass.PtxPasses;
import org.junit.jupiter.api.Test;

/** The code of a conversion, run on a simulated block, gives each thread the elements of the destination. */
class ConversionOpsTest {
  @Property(tries = 150)
  void anyDistributionsConvert(
      @ForAll Random random, @ForAll @IntRange(max = 3) int registers, @ForAll @IntRange(max = 1) int warps) {
    check(distribution(registers, warps, random), distribution(registers, warps, random));
  }

  @Property(tries = 150)
  void anyDistributionsWithinAWarpConvert(@ForAll Random random, @ForAll @IntRange(max = 4) int registers) {
    LinearLayout warps = identity(WARP, 2, "dim0");
    ConversionPlan plan =
        check(distribution(registers, 0, random).times(warps), distribution(registers, 0, random).times(warps));
    assertEquals(0, plan.sharedBytes());
  }

  @Test
  void accumulatorsToRowsAndBack() {
    LinearLayout accumulators = MmaFragment.accumulator(16).cover(32, 32).times(identity(WARP, 2, "dim0"));
    LinearLayout rows =
        BlockedLayout.of(new int[] {1, 4}, new int[] {4, 8}, new int[] {2, 1}, 1, 0).toLayout(64, 32);
    assertEquals(64 * 32 * 4, check(accumulators, rows).sharedBytes());
    check(rows, accumulators);
  }

  @Test
  void renamingCostsNothing() {
    LinearLayout one = identity(REGISTER, 4, "dim0").times(identity(LANE, 32, "dim1"));
    LinearLayout two = LinearLayout.parse(
        "{register: [[2, 0], [1, 0]], lane: [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]]} -> {dim0: 4, dim1: 32}");
    Kernel kernel = kernel(ConversionOps.plan(one, two), one, two);
    assertTrue(
        kernel.instructions().noneMatch(i -> i.mnemonic().startsWith("shfl") || i.mnemonic().startsWith("selp")));
    check(one, two);
  }

  @Test
  void valuesMustBeAsManyAsTheLayoutHas() {
    KernelBuilder code = KernelBuilder.named("k");
    LinearLayout layout = MmaFragment.accumulator(16);
    assertThrows(IllegalArgumentException.class, () -> code.convert(
        ConversionOps.plan(layout, layout), layout, layout, code.freshVector(RegisterType.B32, 2), null, Map.of()));
    assertThrows(IllegalArgumentException.class, () -> code.convert(
        ConversionOps.plan(layout, layout), layout, layout, code.freshVector(RegisterType.B64, 4), null, Map.of()));
  }

  private static LinearLayout distribution(int registers, int warps, Random random) {
    int bits = registers + 5 + warps;
    while (true) {
      F2Matrix matrix = F2Matrix.ofColumns(bits, random.longs(bits, 0, 1L << bits).toArray());
      if (matrix.isInjective()) {
        return new LinearLayout(
            ImmutableList.of(new Dimension(REGISTER, registers), new Dimension(LANE, 5), new Dimension(WARP, warps)),
            ImmutableList.of(new Dimension("dim0", bits)),
            matrix);
      }
    }
  }

  private static ConversionPlan check(LinearLayout source, LinearLayout destination) {
    ConversionPlan plan = ConversionOps.plan(source, destination);
    int warps = source.inputSize(WARP);
    List<List<String>> stored = MiniMachine.runBlock(kernel(plan, source, destination), 32 * warps);
    for (int thread = 0; thread < 32 * warps; thread++) {
      List<String> expected = new ArrayList<>();
      for (int register = 0; register < destination.inputSize(REGISTER); register++) {
        expected.add(4 * register + " <- " + element(destination, register, thread));
      }
      assertEquals(expected, stored.get(thread), "thread " + thread + " of " + plan);
    }
    return plan;
  }

  /** Every thread makes the numbers of its elements, converts, and stores what it has then. */
  private static Kernel kernel(ConversionPlan plan, LinearLayout source, LinearLayout destination) {
    KernelBuilder code = KernelBuilder.named("convert");
    Register out = code.load(code.pointer("out", 4));
    Register thread = code.special(SpecialRegister.TID_X);
    Map<String, Register> threads = Map.of(LANE, code.and(thread, 31), WARP, code.shr(PtxType.U32, thread, 5));
    LinearLayout numbers = new LinearLayout(
        source.inputs(), ImmutableList.of(new Dimension("number", source.matrix().rows())), source.matrix());
    List<String> names = new ArrayList<>(List.of(LANE, WARP));
    Register base = code.linear(numbers.sublayout(names), threads);
    List<Register> values = new ArrayList<>();
    for (int register = 0; register < source.inputSize(REGISTER); register++) {
      values.add(code.xor(base, numbers.sublayout(List.of(REGISTER)).apply(register)[0]));
    }
    RegisterVector result =
        code.convert(plan, source, destination, RegisterVector.of(values), code.op("mov.b32", imm(256)), threads);
    for (int register = 0; register < result.size(); register++) {
      code.storeGlobal(PtxType.B32, at(out, 4 * register), result.get(register));
    }
    return PtxPasses.optimize(code.build());
  }

  private static long element(LinearLayout layout, int register, int thread) {
    long packed = 0;
    int shift = 0;
    for (Dimension input : layout.inputs()) {
      int value = switch (input.name()) {
        case REGISTER -> register;
        case LANE -> thread % 32;
        default -> thread / 32;
      };
      packed |= (long) value << shift;
      shift += input.bits();
    }
    return layout.matrix().multiply(packed);
  }
}
