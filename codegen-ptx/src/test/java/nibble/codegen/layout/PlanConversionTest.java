package nibble.codegen.layout;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.identity;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.codegen.layout.ConversionPlan.RegisterPermutation;
import nibble.codegen.layout.ConversionPlan.Round;
import nibble.codegen.layout.ConversionPlan.ThroughShared;
import nibble.codegen.layout.ConversionPlan.WarpShuffle;
import org.junit.jupiter.api.Test;

/** Plans are carried out on simulated registers that hold the number of each element. */
class PlanConversionTest {
  private static final int NOTHING = -1;

  @Property
  void anyBijectionsConvert(@ForAll Random random, @ForAll @IntRange(max = 4) int registers,
      @ForAll @IntRange(max = 2) int warps) {
    check(
        RandomLayouts.bijection(registers, 5, warps, random), RandomLayouts.bijection(registers, 5, warps, random), 16);
  }

  @Property
  void copiesOnEitherSideConvert(@ForAll Random random, @ForAll @IntRange(min = 4, max = 8) int tensorBits) {
    check(
        RandomLayouts.surjection(3, 5, 1, tensorBits, random),
        RandomLayouts.surjection(4, 5, 1, tensorBits, random),
        8);
  }

  @Property
  void bijectionsWithinAWarpNeverLeaveIt(@ForAll Random random, @ForAll @IntRange(max = 4) int registers) {
    LinearLayout warps = identity(WARP, 4, "dim0");
    LinearLayout from = RandomLayouts.bijection(registers, 5, 0, random).times(warps);
    LinearLayout to = RandomLayouts.bijection(registers, 5, 0, random).times(warps);
    ConversionPlan plan = check(from, to, 32);
    assertTrue(plan instanceof WarpShuffle || plan instanceof RegisterPermutation);
    if (plan instanceof WarpShuffle shuffle) {
      assertEquals(1 << registers, shuffle.rounds().size());
    }
  }

  @Test
  void sameLayoutIsNoWork() {
    LinearLayout layout = MmaFragment.accumulator(16);
    assertTrue(assertInstanceOf(RegisterPermutation.class, check(layout, layout, 32)).isIdentity());
  }

  @Test
  void accumulatorTilesAreTheNextOperandAfterNothing() {
    LinearLayout scores = MmaFragment.accumulator(16).cover(16, 64);
    LinearLayout operand = MmaFragment.a(16, 16, 16).cover(16, 64);
    assertInstanceOf(RegisterPermutation.class, check(scores, operand, 16));
  }

  /** s8 products need four neighbours in k where the accumulator has two: lanes exchange pairs. */
  @Test
  void accumulatorToByteOperandShufflesPairs() {
    LinearLayout scores = MmaFragment.accumulator(16).cover(16, 32);
    LinearLayout operand = MmaFragment.a(16, 32, 8);
    WarpShuffle shuffle = assertInstanceOf(WarpShuffle.class, check(scores, operand, 8));
    assertEquals(1, shuffle.packedBits());
    assertEquals(8, shuffle.rounds().size());
  }

  @Test
  void shufflesMoveAtMostAWord() {
    LinearLayout from = identity(REGISTER, 16, "dim1").times(identity(LANE, 32, "dim0"));
    LinearLayout to = LinearLayout.parse("{register: [[0, 1], [0, 2], [0, 4], [0, 8]],"
        + " lane: [[2, 0], [1, 0], [4, 0], [8, 0], [16, 0]]} -> {dim0: 32, dim1: 16}");
    assertEquals(2, assertInstanceOf(WarpShuffle.class, check(from, to, 8)).packedBits());
    assertEquals(0, assertInstanceOf(WarpShuffle.class, check(from, to, 32)).packedBits());
  }

  @Test
  void transposeOfABlockGoesThroughSharedMemoryWithoutConflict() {
    LinearLayout rows = BlockedLayout.of(new int[] {1, 4}, new int[] {4, 8}, new int[] {4, 1}, 1, 0).toLayout(64, 64);
    LinearLayout columns = BlockedLayout.of(new int[] {1, 1}, new int[] {32, 1}, new int[] {1, 4}, 0, 1)
        .toLayout(64, 64);
    ThroughShared plan = assertInstanceOf(ThroughShared.class, check(rows, columns, 32));
    assertEquals(plan.store().bits() / 32, plan.storeWavefronts());
    assertEquals(plan.load().bits() / 32, plan.loadWavefronts());
    assertEquals(64 * 64 * 4, plan.shared().bytes());
  }

  @Test
  void accumulatorToRowsKeepsVectors() {
    LinearLayout accumulator = MmaFragment.accumulator(16).cover(16, 64).times(identity(WARP, 4, "dim0"));
    LinearLayout rows = BlockedLayout.of(new int[] {1, 8}, new int[] {4, 8}, new int[] {4, 1}, 1, 0).toLayout(64, 64);
    ThroughShared plan = assertInstanceOf(ThroughShared.class, check(accumulator, rows, 16));
    assertTrue(plan.store().elements() >= 2);
    assertEquals(plan.load().elements(), plan.store().elements());
  }

  @Test
  void oneLanesValueIsReadByAll() {
    LinearLayout rowSums = MmaFragment.accumulator(16).slice(1);
    LinearLayout perLane = identity(LANE, 16, "dim0").times(LinearLayout.broadcast(LANE, 2));
    check(rowSums, perLane, 32);
    check(perLane, rowSums, 32);
  }

  @Test
  void differentThreadsAreRefused() {
    LinearLayout one = identity(LANE, 32, "dim0").times(identity(WARP, 2, "dim0"));
    LinearLayout two = identity(LANE, 32, "dim0").times(identity(REGISTER, 2, "dim0"));
    assertThrows(IllegalArgumentException.class, () -> PlanConversion.plan(one, two, 32));
    assertThrows(IllegalArgumentException.class, () -> PlanConversion.plan(identity("block", 2, "dim0"), two, 32));
  }

  private static ConversionPlan check(LinearLayout from, LinearLayout to, int elementBits) {
    LinearLayout source = from.reorderOutputs(DimensionList.names(to.outputs()));
    LinearLayout destination = to;
    ConversionPlan plan = PlanConversion.plan(from, destination, elementBits);
    long[][][] held = hold(source);
    long[][][] result = switch (plan) {
      case RegisterPermutation p -> permute(p, held, destination);
      case WarpShuffle p -> shuffle(p, held, destination);
      case ThroughShared p -> exchange(p, source, held, destination);
    };
    assertTrue(Arrays.deepEquals(hold(destination), result), () -> "wrong data by " + plan);
    return plan;
  }

  /** [warp][lane][register] to the packed coordinates. */
  private static long[][][] hold(LinearLayout layout) {
    long[][][] held = empty(layout);
    for (int warp = 0; warp < held.length; warp++) {
      for (int lane = 0; lane < held[warp].length; lane++) {
        for (int register = 0; register < held[warp][lane].length; register++) {
          held[warp][lane][register] = DimensionList.pack(layout.outputs(), at(layout, register, lane, warp));
        }
      }
    }
    return held;
  }

  private static int[] at(LinearLayout layout, int register, int lane, int warp) {
    return layout.apply(layout.inputs().stream().mapToInt(input -> switch (input.name()) {
      case REGISTER -> register;
      case LANE -> lane;
      default -> warp;
    }).toArray());
  }

  private static long[][][] empty(LinearLayout layout) {
    long[][][] registers =
        new long[layout.inputSize(WARP)][layout.inputSize(LANE)][layout.inputSize(REGISTER)];
    for (long[][] warp : registers) {
      for (long[] lane : warp) {
        Arrays.fill(lane, NOTHING);
      }
    }
    return registers;
  }

  private static long[][][] permute(RegisterPermutation plan, long[][][] held, LinearLayout destination) {
    long[][][] result = empty(destination);
    for (int warp = 0; warp < result.length; warp++) {
      for (int lane = 0; lane < result[warp].length; lane++) {
        for (int register = 0; register < result[warp][lane].length; register++) {
          result[warp][lane][register] = held[warp][lane][plan.source().get(register)];
        }
      }
    }
    return result;
  }

  private static long[][][] shuffle(WarpShuffle plan, long[][][] held, LinearLayout destination) {
    long[][][] result = empty(destination);
    for (int warp = 0; warp < result.length; warp++) {
      for (Round round : plan.rounds()) {
        for (int lane = 0; lane < result[warp].length; lane++) {
          assertTrue(round.crossesLanes() || round.from(lane) == lane);
          for (int element = 0; element < 1 << plan.packedBits(); element++) {
            int giver = round.from(lane);
            assertEquals(NOTHING, result[warp][lane][round.keep(lane) + element], "filled twice");
            result[warp][lane][round.keep(lane) + element] = held[warp][giver][round.give(giver) + element];
          }
        }
      }
      for (long[] lane : result[warp]) {
        for (int register = 0; register < lane.length; register++) {
          lane[register] = lane[register & ~plan.redundantBits()];
        }
      }
    }
    return result;
  }

  private static long[][][] exchange(ThroughShared plan, LinearLayout source, long[][][] held,
      LinearLayout destination) {
    int elementBytes = plan.shared().elementBits() / 8;
    long[] memory = new long[plan.shared().bytes() / elementBytes];
    Arrays.fill(memory, NOTHING);
    LinearLayout stored = plan.shared().addresses(source);
    LinearLayout loaded = plan.shared().addresses(destination);
    for (int warp = 0; warp < held.length; warp++) {
      for (int lane = 0; lane < held[warp].length; lane++) {
        for (ImmutableIntArray group : plan.store().groups()) {
          int start = at(stored, group.get(0), lane, warp)[0] / elementBytes;
          assertEquals(0, start % group.length(), "unaligned store");
          for (int i = 0; i < group.length(); i++) {
            memory[start + i] = held[warp][lane][group.get(i)];
          }
        }
      }
    }
    long[][][] result = empty(destination);
    for (int warp = 0; warp < result.length; warp++) {
      for (int lane = 0; lane < result[warp].length; lane++) {
        for (ImmutableIntArray group : plan.load().groups()) {
          int start = at(loaded, group.get(0), lane, warp)[0] / elementBytes;
          for (int i = 0; i < group.length(); i++) {
            result[warp][lane][group.get(i)] = memory[start + i];
          }
        }
      }
    }
    return result;
  }
}
