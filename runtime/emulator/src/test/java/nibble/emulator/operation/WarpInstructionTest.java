package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelFault.Kind;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import org.junit.jupiter.api.Test;

/**
 * {@code shfl}, {@code vote}, {@code match}, {@code redux}, {@code elect} for all lanes, for some, and for lanes that
 * are apart.
 */
class WarpInstructionTest {
  private static final int[] VALUES = new Random(1).ints(32, 0, 8).toArray();

  /** A kernel with the lane in {@code %l} and {@link #VALUES} in {@code %v}; it stores {@code %a} and {@code %d}. */
  private static KernelRun run(String body) {
    String text =
        """
        .reg .b32 %l, %v, %a, %d, %r<8>; .reg .b64 %rd<8>, %w; .reg .pred %p<8>;
        mov.u32 %l, %laneid;
        mov.u32 %d, -9;
        mov.u32 %a, -9;
        ld.param.u64 %rd0, [values];
        mul.wide.u32 %rd1, %l, 4;
        add.u64 %rd0, %rd0, %rd1;
        ld.global.u32 %v, [%rd0];
        """
            + body
            + """

            ld.param.u64 %rd0, [out];
            mul.wide.u32 %rd1, %l, 8;
            add.u64 %rd0, %rd0, %rd1;
            st.global.v2.u32 [%rd0], {%a, %d};
            ret;
            """;
    return KernelRun.of(KernelRun.module("sm_90a", "8.0", ".param .u64 values, .param .u64 out", text))
        .ints("values", VALUES).buffer("out", 8 * 32)
        .machine(Machine.builder().workers(1).stepLimit(10_000_000));
  }

  private static void check(String body, IntUnaryOperator a, IntUnaryOperator d) {
    int[] expected = IntStream.range(0, 64).map(i -> (i % 2 == 0 ? a : d).applyAsInt(i / 2)).toArray();
    assertArrayEquals(expected, run(body).run().ints("out"), body);
  }

  private static int lanes(IntPredicate which) {
    return IntStream.range(0, 32).map(lane -> which.test(lane) ? 1 << lane : 0).reduce(0, (x, y) -> x | y);
  }

  // Shuffles

  /** The lane that a lane reads, by the pseudocode of PTX ISA 9.7.9.6; -1 outside of the segment. */
  private static int source(String mode, int lane, int b, int c) {
    int segmentMask = c >> 8 & 31;
    int clamp = c & 31;
    int maxLane = lane & segmentMask | clamp & ~segmentMask & 31;
    int minLane = lane & segmentMask;
    int by = b & 31;
    int j;
    boolean inside;
    switch (mode) {
      case "up" -> {
        j = lane - by;
        inside = j >= maxLane;
      }
      case "down" -> {
        j = lane + by;
        inside = j <= maxLane;
      }
      case "bfly" -> {
        j = lane ^ by;
        inside = j <= maxLane;
      }
      default -> {
        j = minLane | by & ~segmentMask & 31;
        inside = j <= maxLane;
      }
    }
    return inside ? j : -1;
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void shuffles(
      @ForAll @IntRange(max = 3) int mode, @ForAll @IntRange(max = 63) int b, @ForAll @IntRange(max = 31) int clamp,
      @ForAll @IntRange(max = 5) int log) {
    // Segments of 1, 2, 4, ... 32 lanes.
    int segment = 32 - (1 << log) & 31;
    String name = new String[] {"up", "down", "bfly", "idx"}[mode];
    int c = segment << 8 | (mode == 0 ? 0 : clamp);
    check(
        "shfl.sync." + name + ".b32 %d|%p0, %v, " + b + ", " + c + ", -1;\nselp.u32 %a, 1, 0, %p0;",
        lane -> source(name, lane, b, c) >= 0 ? 1 : 0,
        lane -> {
          int from = source(name, lane, b, c);
          return VALUES[from < 0 ? lane : from];
        });
  }

  @Test
  void lanesMayReadDifferentLanes() {
    check("shfl.sync.idx.b32 %d, %l, %v, 0x1f, 0xffffffff;", lane -> -9, lane -> VALUES[lane]);
  }

  @Test
  void shufflesInPlace() {
    check(
        "mov.u32 %d, %l; shfl.sync.bfly.b32 %d, %d, 5, 31, -1; shfl.sync.bfly.b32 %d|%p0, %d, 9, 31, -1;",
        lane -> -9, lane -> lane ^ 5 ^ 9);
  }

  @Test
  void theLanesOfATileNameThemselves() {
    String tiles = "and.b32 %r0, %l, 24; shl.b32 %r1, 255, %r0;";
    check(
        tiles + "shfl.sync.idx.b32 %d, %l, 3, 0x181f, %r1; redux.sync.add.s32 %a, %l, %r1;",
        lane -> IntStream.range(lane / 8 * 8, lane / 8 * 8 + 8).sum(), lane -> lane / 8 * 8 + 3);
  }

  @Test
  void lanesOfDifferentPathsMeet() {
    // Each half comes to a shuffle of its own; they exchange values all the same.
    check(
        """
        setp.lt.u32 %p0, %l, 16;
        @%p0 bra LOW;
        add.u32 %r0, %l, 100;
        shfl.sync.bfly.b32 %d, %r0, 16, 31, -1;
        bra JOIN;
        LOW:
        shfl.sync.bfly.b32 %d, %l, 16, 31, -1;
        JOIN:
        vote.sync.ballot.b32 %a, %p0, -1;
        """,
        lane -> 0xffff, lane -> lane < 16 ? lane + 116 : lane - 16);
  }

  @Test
  void lanesThatExitedAreNotWaitedFor() {
    check(
        """
        setp.gt.u32 %p0, %l, 27;
        @%p0 exit;
        setp.ne.u32 %p1, %v, 0;
        vote.sync.ballot.b32 %d, %p1, -1;
        """,
        lane -> lane > 27 ? 0 : -9, lane -> lane > 27 ? 0 : lanes(i -> i <= 27 && VALUES[i] != 0));
  }

  @Test
  void lanesThatArriveInALoop() {
    // The lanes leave the loop one after the other, and wait at the shuffle behind it.
    check(
        """
        mov.u32 %r0, 0;
        LOOP:
        add.u32 %r0, %r0, 1;
        setp.le.u32 %p0, %r0, %l;
        @%p0 bra LOOP;
        shfl.sync.down.b32 %d, %r0, 1, 31, -1;
        """,
        lane -> -9, lane -> Math.min(lane + 2, 32));
  }

  // Votes, matches, reductions

  @Test
  void votes() {
    String odd = "and.b32 %r0, %v, 1; setp.ne.u32 %p0, %r0, 0;";
    int ballot = lanes(lane -> VALUES[lane] % 2 != 0);
    check(odd + "vote.sync.ballot.b32 %d, %p0, -1; activemask.b32 %a;", lane -> -1, lane -> ballot);
    check(
        odd + "vote.sync.any.pred %p1, %p0, -1; selp.u32 %d, 1, 0, %p1; vote.sync.all.pred %p1, %p0, -1; "
            + "selp.u32 %a, 1, 0, %p1;",
        lane -> 0, lane -> 1);
    check(
        "setp.lt.u32 %p0, %v, 8; vote.sync.uni.pred %p1, %p0, -1; selp.u32 %d, 1, 0, %p1; "
            + "vote.sync.all.pred %p1, !%p0, -1; selp.u32 %a, 1, 0, %p1;",
        lane -> 0, lane -> 1);
  }

  @Test
  void votesOfSomeLanes() {
    check(
        """
        setp.lt.u32 %p0, %l, 12;
        @!%p0 bra DONE;
        setp.ge.u32 %p1, %l, 4;
        vote.sync.ballot.b32 %d, %p1, 0xfff;
        vote.sync.all.pred %p2, %p0, 0xfff;
        selp.u32 %a, 1, 0, %p2;
        DONE:
        """,
        lane -> lane < 12 ? 1 : -9, lane -> lane < 12 ? 0xff0 : -9);
  }

  @Test
  void matches() {
    check(
        "match.any.sync.b32 %d, %v, -1; match.all.sync.b32 %a|%p0, %v, -1; @%p0 mov.u32 %a, 77;",
        lane -> 0, lane -> lanes(i -> VALUES[i] == VALUES[lane]));
    check(
        "cvt.u64.u32 %w, %v; shl.b64 %w, %w, 40; match.any.sync.b64 %d, %w, -1; mov.u64 %w, 5; "
            + "match.all.sync.b64 %a|%p0, %w, -1; @!%p0 mov.u32 %a, 77;",
        lane -> -1, lane -> lanes(i -> VALUES[i] == VALUES[lane]));
  }

  @Test
  void reductionsInPlaceAndOfSomeLanes() {
    check("mov.u32 %d, %v; redux.sync.add.s32 %d, %d, -1;", lane -> -9, lane -> Arrays.stream(VALUES).sum());
    check(
        "setp.eq.u32 %p0, %l, 9; @%p0 bra DONE; sub.u32 %r0, %v, 4; redux.sync.max.u32 %d, %r0, 0xfffffdff; "
            + "redux.sync.min.s32 %a, %r0, 0xfffffdff; DONE:",
        lane -> lane == 9 ? -9 : others(9).map(i -> VALUES[i] - 4).min().orElseThrow(),
        lane -> lane == 9 ? -9 : others(9).map(i -> VALUES[i] - 4).filter(i -> i < 0).max().orElseThrow());
  }

  private static IntStream others(int without) {
    return IntStream.range(0, 32).filter(i -> i != without);
  }

  @Test
  void elections() {
    check(
        """
        setp.ge.u32 %p0, %l, 7;
        @!%p0 bra DONE;
        elect.sync %d|%p1, 0xffffff80;
        selp.u32 %a, 1, 0, %p1;
        DONE:
        """,
        lane -> lane < 7 ? -9 : lane == 7 ? 1 : 0, lane -> lane < 7 ? -9 : 7);
    check("elect.sync _|%p1, -1; selp.u32 %a, 1, 0, %p1;", lane -> lane == 0 ? 1 : 0, lane -> -9);
  }

  // What is wrong

  private static String cause(KernelFault fault) {
    assertEquals(Kind.DIVERGENT_LANES, fault.kind());
    return fault.getMessage().lines().findFirst().orElseThrow();
  }

  @Test
  void aLaneThatDoesNotNameItself() {
    KernelFault fault = run("shfl.sync.idx.b32 %d, %v, 0, 31, 0xffff;").fault();
    assertEquals("the instruction is for lanes 0x0000ffff, and this lane is not one of them", cause(fault));
    assertEquals(new KernelFault.Index(16, 0, 0), fault.place().thread());
  }

  @Test
  void lanesThatNeverCome() {
    KernelFault fault =
        run("setp.lt.u32 %p0, %l, 2; @!%p0 bra DONE; vote.sync.ballot.b32 %d, %p0, 0xf; DONE:").fault();
    assertEquals("the instruction is for lanes 0x0000000f, but lanes 0x0000000c of them are elsewhere", cause(fault));
    assertTrue(fault.place().instruction().startsWith("vote.sync"), fault.getMessage());
  }

  @Test
  void lanesThatMeetAtInstructionsOfDifferentKinds() {
    KernelFault fault =
        run(
                """
                setp.lt.u32 %p0, %l, 16;
                @%p0 bra LOW;
                shfl.sync.up.b32 %d, %l, 1, 0, -1;
                bra JOIN;
                LOW:
                shfl.sync.down.b32 %d, %l, 1, 31, -1;
                JOIN:
                """)
            .fault();
    assertTrue(cause(fault).startsWith("the instruction is for lanes 0xffffffff, but lanes 0x"), fault.getMessage());
  }

  @Test
  void matrixInstructionsAreForTheWholeWarp() {
    KernelFault fault =
        run("setp.lt.u32 %p0, %l, 31; @%p0 movmatrix.sync.aligned.m8n8.trans.b16 %d, %v;").fault();
    assertEquals("all 32 lanes must execute this together; lanes 0x80000000 do not", cause(fault));
  }
}
