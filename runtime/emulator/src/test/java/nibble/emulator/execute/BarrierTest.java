package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelFault.Kind;
import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code bar}, {@code barrier} and {@code bar.warp.sync} (PTX ISA, 9.7.13.1 and 9.7.13.2), and what is wrong with them.
 */
class BarrierTest {
  /** A kernel with thread, lane and warp in {@code %t}, {@code %l}, {@code %w}; it stores {@code %d}. */
  private static KernelRun run(int threads, String body) {
    String text =
        """
        .reg .b32 %t, %l, %w, %d, %r<8>; .reg .b64 %rd<4>; .reg .pred %p<8>, %q;
        .shared .b32 tile[1024];
        mov.u32 %t, %tid.x;
        and.b32 %l, %t, 31;
        shr.u32 %w, %t, 5;
        shl.b32 %r7, %t, 2;
        mov.u32 %r6, tile;
        add.u32 %r7, %r7, %r6;
        mov.u32 %d, 0;
        """
            + body
            + """

            ld.param.u64 %rd0, [out];
            mul.wide.u32 %rd1, %t, 4;
            add.u64 %rd0, %rd0, %rd1;
            st.global.u32 [%rd0], %d;
            ret;
            """;
    return KernelRun.of(KernelRun.module("sm_90a", "8.0", ".param .u64 out", text))
        .grid(1, threads).buffer("out", 4 * threads);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bar.sync 0", "barrier.sync 3", "barrier.cta.sync.aligned 15", "bar.sync 1, 96"})
  void everybodyWaits(String barrier) {
    // Each thread reads what the thread opposite wrote before the barrier.
    KernelRun.Outcome outcome =
        run(
                96,
                """
                st.shared.u32 [%r7], %t;
                BARRIER;
                mul.lo.u32 %r0, %t, -4;
                add.u32 %r0, %r0, 380;
                add.u32 %r0, %r0, %r6;
                ld.shared.u32 %d, [%r0];
                """
                    .replace("BARRIER", barrier))
            .run();
    assertArrayEquals(IntStream.range(0, 96).map(i -> 95 - i).toArray(), outcome.ints("out"));
    assertEquals(3, outcome.result().barriers());
  }

  @Test
  void warpsArriveThatDoNotWait() {
    // Warp 0 produces and goes on; warp 1 consumes.
    KernelRun.Outcome outcome =
        run(
                64,
                """
                setp.ne.u32 %p0, %w, 0;
                @%p0 bra CONSUME;
                add.u32 %r0, %t, 100;
                st.shared.u32 [%r7], %r0;
                bar.arrive 2, 64;
                bra DONE;
                CONSUME:
                bar.sync 2, 64;
                ld.shared.u32 %d, [%r7-128];
                DONE:
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 64).map(i -> i < 32 ? 0 : 68 + i).toArray(), outcome.ints("out"));
  }

  @Test
  void threadsThatExitedAreNotWaitedFor() {
    KernelRun.Outcome outcome =
        run(
                64,
                """
                setp.lt.u32 %p0, %l, 5;
                @%p0 exit;
                st.shared.u32 [%r7], %t;
                bar.sync 0;
                xor.b32 %r0, %r7, 128;
                ld.shared.u32 %d, [%r0];
                """)
            .run();
    assertArrayEquals(
        IntStream.range(0, 64).map(i -> i % 32 < 5 ? 0 : i ^ 32).toArray(), outcome.ints("out"));
  }

  @Test
  void reductions() {
    KernelRun.Outcome outcome =
        run(
                70,
                """
                setp.gt.u32 %p0, %t, 9;
                setp.lt.u32 %p1, %t, 1000;
                setp.gt.u32 %p2, %t, 1000;
                bar.red.popc.u32 %r0, 1, %p0;
                bar.red.and.pred %p3, 2, %p1;
                bar.red.and.pred %p4, 2, %p0;
                barrier.cta.red.or.pred %p5, 3, !%p1;
                barrier.red.or.aligned.pred %p6, 3, %p0;
                selp.u32 %r1, 1, 0, %p3;
                selp.u32 %r2, 10, 0, %p4;
                selp.u32 %r3, 100, 0, %p5;
                selp.u32 %r4, 1000, 0, %p6;
                mul.lo.u32 %d, %r0, 10000;
                add.u32 %d, %d, %r1; add.u32 %d, %d, %r2; add.u32 %d, %d, %r3; add.u32 %d, %d, %r4;
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 70).map(i -> 60 * 10_000 + 1001).toArray(), outcome.ints("out"));
  }

  @Test
  void reductionsOfSomeWarps() {
    KernelRun.Outcome outcome =
        run(
                96,
                """
                setp.eq.u32 %p0, %w, 2;
                @%p0 bra DONE;
                setp.lt.u32 %p1, %l, 3;
                bar.red.popc.u32 %d, 4, 64, %p1;
                DONE:
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 96).map(i -> i < 64 ? 6 : 0).toArray(), outcome.ints("out"));
  }

  @Test
  void lanesOfAWarpMayComeFromDifferentPlaces() {
    // barrier without .aligned: every thread arrives by itself.
    KernelRun.Outcome outcome =
        run(
                64,
                """
                setp.lt.u32 %p0, %l, 16;
                st.shared.u32 [%r7], %t;
                @%p0 bra LOW;
                barrier.sync 0;
                bra JOIN;
                LOW:
                barrier.sync 0;
                JOIN:
                xor.b32 %r0, %r7, 252;
                ld.shared.u32 %d, [%r0];
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 64).map(i -> 63 - i).toArray(), outcome.ints("out"));
  }

  @Test
  void manyRoundsOfOneBarrier() {
    KernelRun.Outcome outcome =
        run(
                128,
                """
                st.shared.u32 [%r7], 1;
                mov.u32 %r5, 0;
                LOOP:
                bar.sync 0;
                xor.b32 %r0, %r7, 256;
                ld.shared.u32 %r1, [%r0];
                bar.sync 0;
                add.u32 %r1, %r1, %t;
                st.shared.u32 [%r7], %r1;
                add.u32 %r5, %r5, 1;
                setp.lt.u32 %p0, %r5, 20;
                @%p0 bra LOOP;
                ld.shared.u32 %d, [%r7];
                """)
            .run();
    int[] values = IntStream.range(0, 128).map(i -> 1).toArray();
    for (int round = 0; round < 20; round++) {
      int[] before = values.clone();
      for (int i = 0; i < 128; i++) {
        values[i] = before[i ^ 64] + i;
      }
    }
    assertArrayEquals(values, outcome.ints("out"));
  }

  // What is wrong

  private static KernelFault fault(int threads, String body, Kind kind) {
    KernelFault fault = run(threads, body).fault();
    assertEquals(kind, fault.kind(), fault.getMessage());
    return fault;
  }

  private static String cause(KernelFault fault) {
    return fault.getMessage().lines().findFirst().orElseThrow();
  }

  @Test
  void aBarrierThatSomeWarpsNeverReach() {
    KernelFault fault =
        fault(
            64,
            """
            setp.eq.u32 %p0, %w, 0;
            @%p0 bra FIRST;
            bar.sync 1;
            bra DONE;
            FIRST:
            bar.sync 0;
            DONE:
            """,
            Kind.DEADLOCK);
    assertTrue(
        cause(fault).matches(
            "deadlock: all threads wait at barriers: lanes 0xffffffff of warp 0 at line \\d+, "
                + "lanes 0xffffffff of warp 1 at line \\d+"),
        fault.getMessage());
  }

  @Test
  void aBarrierForMoreThreadsThanThereAre() {
    assertEquals(
        "deadlock: all threads wait at barriers: lanes 0xffffffff of warp 0 at line 15; "
            + "32 of 64 have arrived at barrier 0",
        cause(fault(32, "bar.sync 0, 64;", Kind.DEADLOCK)));
  }

  @Test
  void lanesThatArriveAtDifferentAlignedBarriers() {
    KernelFault fault =
        fault(
            32,
            """
            setp.lt.u32 %p0, %l, 16;
            @%p0 bra LOW;
            bar.sync 0;
            bra JOIN;
            LOW:
            bar.sync 0;
            JOIN:
            """,
            Kind.BARRIER_DIVERGENCE);
    assertTrue(cause(fault).startsWith("barrier divergence: lanes 0x"), fault.getMessage());
    assertTrue(cause(fault).contains("of the warp wait here, lanes 0x"), fault.getMessage());
  }

  @Test
  void barriersThatDoNotExist() {
    assertEquals("there is no barrier 16", cause(fault(32, "bar.sync 16;", Kind.BARRIER_DIVERGENCE)));
    assertEquals(
        "a barrier is for a multiple of 32 threads, not for 40",
        cause(fault(64, "bar.sync 0, 40;", Kind.BARRIER_DIVERGENCE)));
  }

  @Test
  void lanesThatWaitForLanesThatWaitElsewhere() {
    KernelFault fault =
        fault(
            32,
            """
            setp.lt.u32 %p0, %l, 8;
            @!%p0 bra OTHERS;
            bar.warp.sync 0xffffffff;
            OTHERS:
            """,
            Kind.DIVERGENT_LANES);
    assertEquals(
        "the instruction is for lanes 0xffffffff, but lanes 0xffffff00 of them are elsewhere", cause(fault));
  }

  // bar.warp.sync

  @Test
  void lanesOfAWarpWaitForEachOther() {
    // The halves take turns in shared memory, each at barriers of its own code.
    KernelRun.Outcome outcome =
        run(
                32,
                """
                setp.lt.u32 %p0, %l, 16;
                @%p0 bra LOW;
                st.shared.u32 [%r7], %t;
                bar.warp.sync -1;
                bar.warp.sync -1;
                ld.shared.u32 %d, [%r7-64];
                bra JOIN;
                LOW:
                bar.warp.sync -1;
                ld.shared.u32 %d, [%r7+64];
                add.u32 %r0, %t, 100;
                st.shared.u32 [%r7], %r0;
                bar.warp.sync -1;
                JOIN:
                """)
            .run();
    assertArrayEquals(
        IntStream.range(0, 32).map(i -> i < 16 ? i + 16 : 100 + i - 16).toArray(), outcome.ints("out"));
  }

  @Test
  void setsOfLanesWaitApart() {
    KernelRun.Outcome outcome =
        run(
                32,
                """
                shr.u32 %r0, %l, 3;
                shl.b32 %r0, %r0, 3;
                shl.b32 %r1, 255, %r0;
                st.shared.u32 [%r7], %t;
                bar.warp.sync %r1;
                xor.b32 %r2, %r7, 28;
                ld.shared.u32 %d, [%r2];
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 32).map(i -> i ^ 7).toArray(), outcome.ints("out"));
  }

  @Test
  void aSetThatMeetsEarlierDoesNotReleaseTheWholeWarp() {
    // Lanes 16 to 31 meet by themselves first; lanes 0 to 15 must wait for what they do after that.
    KernelRun.Outcome outcome =
        run(
                32,
                """
                setp.lt.u32 %p0, %l, 16;
                @%p0 bra LOW;
                bar.warp.sync 0xffff0000;
                st.shared.u32 [%r7], %t;
                bar.warp.sync 0xffffffff;
                bra JOIN;
                LOW:
                bar.warp.sync 0xffffffff;
                ld.shared.u32 %d, [%r7+64];
                JOIN:
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 16 ? i + 16 : 0).toArray(), outcome.ints("out"));
  }
}
