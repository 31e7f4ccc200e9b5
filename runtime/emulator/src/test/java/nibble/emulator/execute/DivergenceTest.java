package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelFault.Kind;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import org.junit.jupiter.api.Test;

/**
 * Lanes that go different ways, and where they meet again: {@code activemask}, which tells who is there, is stored on
 * the way.
 */
class DivergenceTest {
  /** A kernel with the lane in {@code %l}; it stores {@code %a} and {@code %d}. */
  private static KernelRun run(String functions, String body) {
    String text =
        """
        .reg .b32 %l, %a, %d, %r<8>; .reg .b64 %rd<8>; .reg .pred %p<8>;
        .shared .b32 flag;
        mov.u32 %l, %laneid;
        mov.u32 %d, 0;
        mov.u32 %a, 0;
        """
            + body
            + """

            STORE:
            ld.param.u64 %rd0, [out];
            mul.wide.u32 %rd1, %l, 8;
            add.u64 %rd0, %rd0, %rd1;
            st.global.v2.u32 [%rd0], {%a, %d};
            ret;
            """;
    String module = KernelRun.module("sm_80", "7.8", ".param .u64 out", text);
    return KernelRun.of(module.replace(".visible .entry", functions + "\n.visible .entry"))
        .buffer("out", 8 * 32)
        // A kernel that never ends is a bug of the machine, not one that a test should wait for.
        .machine(Machine.builder().workers(1).stepLimit(10_000_000));
  }

  private static int[] masks(KernelRun.Outcome outcome) {
    int[] out = outcome.ints("out");
    return IntStream.range(0, 32).map(i -> out[2 * i]).toArray();
  }

  private static int[] values(KernelRun.Outcome outcome) {
    int[] out = outcome.ints("out");
    return IntStream.range(0, 32).map(i -> out[2 * i + 1]).toArray();
  }

  private static void all(int expected, int[] found) {
    assertArrayEquals(IntStream.range(0, 32).map(i -> expected).toArray(), found);
  }

  @Test
  void bothWaysOfABranchMeet() {
    KernelRun.Outcome outcome =
        run(
                "",
                """
                setp.lt.u32 %p0, %l, 10;
                @%p0 bra THEN;
                activemask.b32 %d;
                bra JOIN;
                THEN:
                activemask.b32 %d;
                JOIN:
                activemask.b32 %a;
                """)
            .run();
    all(-1, masks(outcome));
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 10 ? 0x3ff : ~0x3ff).toArray(), values(outcome));
    assertEquals(1, outcome.result().divergences());
  }

  @Test
  void aLoopIsLeftTogether() {
    KernelRun.Outcome outcome =
        run(
                "",
                """
                mov.u32 %r0, 0;
                LOOP:
                add.u32 %d, %d, %r0;
                add.u32 %r0, %r0, 1;
                setp.le.u32 %p0, %r0, %l;
                @%p0 bra LOOP;
                activemask.b32 %a;
                """)
            .run();
    all(-1, masks(outcome));
    assertArrayEquals(IntStream.range(0, 32).map(i -> i * (i + 1) / 2).toArray(), values(outcome));
  }

  @Test
  void breaksOutOfTwoLoops() {
    KernelRun.Outcome outcome =
        run(
                "",
                """
                mov.u32 %r0, 0;
                OUTER:
                mov.u32 %r1, 0;
                INNER:
                add.u32 %d, %d, 1;
                setp.gt.u32 %p1, %d, %l;
                @%p1 bra OUT;
                add.u32 %r1, %r1, 1;
                setp.lt.u32 %p0, %r1, 4;
                @%p0 bra INNER;
                add.u32 %r0, %r0, 1;
                setp.lt.u32 %p0, %r0, 4;
                @%p0 bra OUTER;
                add.u32 %d, %d, 100;
                OUT:
                activemask.b32 %a;
                """)
            .run();
    all(-1, masks(outcome));
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 16 ? i + 1 : 116).toArray(), values(outcome));
  }

  @Test
  void anEarlyExitDoesNotKeepTheOthersApart() {
    // Half of the lanes leave from within a loop; the rest meet behind it.
    KernelRun.Outcome outcome =
        run(
                "",
                """
                mov.u32 %r0, 0;
                LOOP:
                setp.gt.u32 %p0, %l, 15;
                setp.eq.and.u32 %p0, %r0, 3, %p0;
                @%p0 bra GONE;
                add.u32 %r0, %r0, 1;
                setp.le.u32 %p1, %r0, %l;
                @%p1 bra LOOP;
                activemask.b32 %a;
                mov.u32 %d, %r0;
                bra STORE;
                GONE:
                exit;
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 16 ? 0xffff : 0).toArray(), masks(outcome));
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 16 ? i + 1 : 0).toArray(), values(outcome));
  }

  @Test
  void lanesThatAwaitAFailureAreNotWaitedFor() {
    // Lanes that will never come back spin until the others, which go on past the join, set a flag.
    KernelRun.Outcome outcome =
        run(
                "",
                """
                mov.u32 %r2, 0;
                st.shared.u32 [flag], %r2;
                bar.warp.sync -1;
                setp.lt.u32 %p0, %l, 4;
                @%p0 bra AWAY;
                activemask.b32 %a;
                mov.u32 %r2, 1;
                st.volatile.shared.u32 [flag], %r2;
                bra STORE;
                AWAY:
                ld.volatile.shared.u32 %r2, [flag];
                setp.eq.u32 %p1, %r2, 0;
                @%p1 bra AWAY;
                exit;
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 4 ? 0 : ~15).toArray(), masks(outcome));
  }

  @Test
  void aSpinningLaneWaitsForOnesThatWaitForIt() {
    // Lanes 1 to 31 leave the loop at once, and set the flag only behind the place where all meet.
    KernelRun.Outcome outcome =
        run(
                "",
                """
                mov.u32 %r2, 0;
                st.shared.u32 [flag], %r2;
                bar.warp.sync -1;
                setp.ne.u32 %p0, %l, 0;
                @%p0 bra MEET;
                SPIN:
                ld.volatile.shared.u32 %r2, [flag];
                add.u32 %d, %d, 1;
                setp.eq.u32 %p1, %r2, 0;
                @%p1 bra SPIN;
                MEET:
                mov.u32 %r2, 1;
                st.volatile.shared.u32 [flag], %r2;
                bar.warp.sync -1;
                activemask.b32 %a;
                setp.ne.u32 %p2, %l, 0;
                @%p2 mov.u32 %d, 7;
                """)
            .run();
    all(-1, masks(outcome));
  }

  @Test
  void indexedBranches() {
    KernelRun.Outcome outcome =
        run(
                "",
                """
                and.b32 %r0, %l, 3;
                table: .branchtargets A, B, A, C;
                brx.idx %r0, table;
                A: activemask.b32 %d; bra JOIN;
                B: activemask.b32 %d; add.u32 %d, %d, 1; bra JOIN;
                C: mov.u32 %d, 5;
                JOIN: activemask.b32 %a;
                """)
            .run();
    all(-1, masks(outcome));
    // Lanes that want one block through different entries of the table may come there one after the other.
    int[] values = values(outcome);
    for (int i = 0; i < 32; i++) {
      switch (i % 4) {
        case 0 -> assertEquals(0x11111111, values[i] & 0x11111111);
        case 1 -> assertEquals(0x22222223, values[i]);
        case 2 -> assertEquals(0x44444444, values[i] & 0x44444444);
        default -> assertEquals(5, values[i]);
      }
    }
  }

  @Test
  void guardedIndexedBranches() {
    KernelRun.Outcome outcome =
        run(
                "",
                """
                and.b32 %r0, %l, 1;
                setp.lt.u32 %p0, %l, 6;
                table: .branchtargets A, B;
                @%p0 brx.idx %r0, table;
                mov.u32 %d, 1; bra JOIN;
                A: mov.u32 %d, 2; bra JOIN;
                B: mov.u32 %d, 3;
                JOIN: activemask.b32 %a;
                """)
            .run();
    all(-1, masks(outcome));
    assertArrayEquals(IntStream.range(0, 32).map(i -> i >= 6 ? 1 : 2 + i % 2).toArray(), values(outcome));
  }

  @Test
  void aBranchToATargetThatTheTableDoesNotHave() {
    KernelFault fault =
        run("", "table: .branchtargets A; brx.idx %l, table; A: mov.u32 %d, 1;").fault();
    assertEquals(Kind.BAD_BRANCH, fault.kind());
    assertEquals(new KernelFault.Index(1, 0, 0), fault.place().thread());
    assertEquals("branch to target 1 of 1", fault.getMessage().lines().findFirst().orElseThrow());
  }

  @Test
  void callsFromDivergentLanes() {
    String function =
        """
        .func (.reg .b32 %result) f(.reg .b32 %x)
        {
          .reg .pred %p; .reg .b32 %m;
          setp.gt.u32 %p, %x, 20;
          @%p bra LARGE;
          activemask.b32 %result;
          ret;
          LARGE:
          setp.gt.u32 %p, %x, 25;
          mov.u32 %result, 1;
          @%p ret;
          mov.u32 %result, 2;
          ret;
        }
        """;
    KernelRun.Outcome outcome =
        run(
                function,
                """
                setp.lt.u32 %p0, %l, 8;
                @%p0 bra SKIP;
                call (%d), f, (%l);
                activemask.b32 %a;
                SKIP:
                """)
            .run();
    assertArrayEquals(IntStream.range(0, 32).map(i -> i < 8 ? 0 : ~0xff).toArray(), masks(outcome));
    assertArrayEquals(
        IntStream.range(0, 32).map(i -> i < 8 ? 0 : i <= 20 ? 0x1fff00 : i > 25 ? 1 : 2).toArray(), values(outcome));
  }

  @Test
  void guardedCallsAndExitsFromFunctions() {
    String function =
        """
        .func f(.reg .b32 %x)
        {
          .reg .pred %p;
          setp.eq.u32 %p, %x, 3;
          @%p exit;
          ret;
        }
        """;
    KernelRun.Outcome outcome =
        run(function, "setp.lt.u32 %p0, %l, 8;\n@%p0 call f, (%l);\nactivemask.b32 %a;\nmov.u32 %d, 1;\n").run();
    assertArrayEquals(IntStream.range(0, 32).map(i -> i == 3 ? 0 : ~8).toArray(), masks(outcome));
  }

  @Test
  void aCallThroughAWrongPointer() {
    KernelFault fault =
        run(
                "",
                """
                prototype: .callprototype _ ();
                mov.u64 %rd5, 77;
                call %rd5, prototype;
                """)
            .fault();
    assertEquals(Kind.BAD_BRANCH, fault.kind());
    assertEquals(
        "call to 0x4d, where no function of this prototype is", fault.getMessage().lines().findFirst().orElseThrow());
  }

  @Test
  void callsThroughPointersInRegistersAndLists() {
    String functions =
        """
        .func (.reg .b32 %y) one(.reg .b32 %x) { add.u32 %y, %x, 1; ret; }
        .func (.reg .b32 %y) ten(.reg .b32 %x) { add.u32 %y, %x, 10; ret; }
        .func (.reg .b32 %y) other(.reg .b64 %x) { mov.u32 %y, 5; ret; }
        """;
    KernelRun.Outcome outcome =
        run(
                functions,
                """
                prototype: .callprototype (.reg .b32 _) _ (.reg .b32 _);
                list: .calltargets ten, one;
                and.b32 %r0, %l, 1;
                setp.eq.u32 %p0, %r0, 0;
                mov.u64 %rd5, one;
                mov.u64 %rd6, ten;
                selp.b64 %rd7, %rd5, %rd6, %p0;
                call (%d), %rd7, (%l), prototype;
                @%p0 call (%d), %rd7, (%d), list;
                activemask.b32 %a;
                """)
            .run();
    all(-1, masks(outcome));
    assertArrayEquals(IntStream.range(0, 32).map(i -> i % 2 == 0 ? i + 2 : i + 10).toArray(), values(outcome));
  }

  @Test
  void aKernelWithoutAnEnd() {
    KernelFault fault =
        run("", "LOOP: add.u32 %d, %d, 1; bra LOOP;")
            .machine(Machine.builder().workers(1).stepLimit(1000))
            .fault();
    assertEquals(Kind.STEP_LIMIT, fault.kind());
    assertEquals(
        "the block has not ended after 1000 basic blocks", fault.getMessage().lines().findFirst().orElseThrow());
    assertEquals("add.u32 %d, %d, 1", fault.place().instruction());
  }

  @Test
  void theStepLimitIsExact() {
    KernelRun loop = run("", "mov.u32 %r0, 0; LOOP: add.u32 %r0, %r0, 1; setp.lt.u32 %p0, %r0, 50; @%p0 bra LOOP;");
    // The start, fifty rounds, what follows the loop, and the end.
    loop.machine(Machine.builder().workers(1).stepLimit(53)).run();
    assertEquals(Kind.STEP_LIMIT, loop.machine(Machine.builder().workers(1).stepLimit(52)).fault().kind());
  }
}
