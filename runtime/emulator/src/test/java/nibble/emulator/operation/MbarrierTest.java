package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.emulator.KernelFault;
import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mbarrier}: phases, arrivals, bytes, and what waits for them (PTX ISA 9.7.13.15). */
class MbarrierTest {
  private static final String HEAD =
      """
      .reg .b32 %t, %r<12>; .reg .b64 %out, %rd<8>; .reg .pred %p<8>;
      .shared .align 8 .b64 bar; .shared .align 8 .b64 other; .shared .align 16 .b8 tile[1024];
      mov.u32 %t, %tid.x;
      ld.param.u64 %out, [out];
      mul.wide.u32 %rd0, %t, 4;
      add.u64 %out, %out, %rd0;
      setp.eq.u32 %p0, %t, 0;
      """;

  private static KernelRun run(int threads, String body) {
    return KernelRun.of(KernelRun.module("sm_90", "8.6", ".param .u64 out", HEAD + body + "\nret;"))
        .grid(1, threads).buffer("out", Math.max(8, 4 * threads));
  }

  /** One thread's program, whose result is a number. */
  private static int one(String body) {
    return run(1, body + "\nst.global.u32 [%out], %r0;").run().ints("out")[0];
  }

  private static KernelFault fault(String body) {
    return run(1, body).fault();
  }

  @Test
  void everybodyWaitsForTheLast() {
    // 96 threads each write a number, arrive, wait, and read what the last has written.
    String body =
        """
        @%p0 mbarrier.init.shared.b64 [bar], 96;
        bar.sync 0;
        mov.u32 %r1, tile; mad.lo.u32 %r1, %t, 4, %r1;
        st.shared.u32 [%r1], %t;
        mbarrier.arrive.shared.b64 %rd1, [bar];
        WAIT: mbarrier.test_wait.shared.b64 %p1, [bar], %rd1;
        @!%p1 bra WAIT;
        ld.shared.u32 %r2, [tile+380];
        st.global.u32 [%out], %r2;
        """;
    for (int found : run(96, body).racing().run().ints("out")) {
      assertEquals(95, found);
    }
  }

  /** A ring of two stages: one warp fills, another takes; each waits for the other by parity. */
  @Test
  void ring() {
    String body =
        """
        .shared .align 8 .b64 full[2]; .shared .align 8 .b64 empty[2]; .shared .align 4 .b32 slot[64];
        .reg .b32 %stage, %i, %parity, %bar, %at, %lane, %sum;
        @!%p0 bra READY;
        mbarrier.init.shared.b64 [full], 32; mbarrier.init.shared.b64 [full+8], 32;
        mbarrier.init.shared.b64 [empty], 32; mbarrier.init.shared.b64 [empty+8], 32;
        READY: bar.sync 0;
        mov.u32 %i, 0; mov.u32 %sum, 0;
        and.b32 %lane, %t, 31;
        setp.ge.u32 %p1, %t, 32;
        LOOP:
        and.b32 %stage, %i, 1;
        shr.u32 %parity, %i, 1; and.b32 %parity, %parity, 1;
        mov.u32 %at, slot; mad.lo.u32 %at, %stage, 128, %at; mad.lo.u32 %at, %lane, 4, %at;
        @%p1 bra TAKE;
        xor.b32 %parity, %parity, 1;
        mov.u32 %bar, empty; mad.lo.u32 %bar, %stage, 8, %bar;
        FREE: mbarrier.try_wait.parity.shared.b64 %p2, [%bar], %parity, 1000; @!%p2 bra FREE;
        mad.lo.u32 %r1, %i, 100, %lane; st.shared.u32 [%at], %r1;
        mov.u32 %bar, full; mad.lo.u32 %bar, %stage, 8, %bar;
        mbarrier.arrive.shared.b64 _, [%bar];
        bra NEXT;
        TAKE: mov.u32 %bar, full; mad.lo.u32 %bar, %stage, 8, %bar;
        FILLED: mbarrier.try_wait.parity.shared::cta.b64 %p2, [%bar], %parity; @!%p2 bra FILLED;
        ld.shared.u32 %r1, [%at]; add.u32 %sum, %sum, %r1;
        mov.u32 %bar, empty; mad.lo.u32 %bar, %stage, 8, %bar;
        mbarrier.arrive.shared::cta.b64 _, [%bar];
        NEXT: add.u32 %i, %i, 1;
        setp.lt.u32 %p3, %i, 20;
        @%p3 bra LOOP;
        st.global.u32 [%out], %sum;
        """;
    int[] found = run(64, body).racing().run().ints("out");
    for (int lane = 0; lane < 32; lane++) {
      assertEquals(100 * 190 + 20 * lane, found[32 + lane]);
    }
  }

  @Test
  void bytesCountToo() {
    assertEquals(
        0b0111,
        one(
            """
            mbarrier.init.shared.b64 [bar], 1;
            mbarrier.expect_tx.relaxed.cta.shared.b64 [bar], 32;
            mbarrier.arrive.shared.b64 %rd1, [bar];
            mbarrier.test_wait.shared.b64 %p1, [bar], %rd1;
            mbarrier.complete_tx.shared.b64 [bar], 16;
            mbarrier.test_wait.shared.b64 %p2, [bar], %rd1;
            mbarrier.complete_tx.shared.b64 [bar], 16;
            mbarrier.test_wait.shared.b64 %p3, [bar], %rd1;
            mbarrier.test_wait.parity.shared.b64 %p4, [bar], 0;
            mbarrier.test_wait.parity.shared.b64 %p5, [bar], 1;
            selp.u32 %r0, 16, 0, %p1; selp.u32 %r1, 8, 0, %p2; or.b32 %r0, %r0, %r1;
            selp.u32 %r1, 4, 0, %p3; or.b32 %r0, %r0, %r1;
            selp.u32 %r1, 2, 0, %p4; or.b32 %r0, %r0, %r1;
            selp.u32 %r1, 0, 1, %p5; or.b32 %r0, %r0, %r1;
            """));
  }

  /** Bytes may be moved before they are expected: the count is negative then, and the phase goes on. */
  @Test
  void bytesMayComeBeforeTheyAreExpected() {
    assertEquals(
        1,
        one(
            """
            mbarrier.init.shared.b64 [bar], 2;
            mbarrier.complete_tx.relaxed.cluster.shared::cluster.b64 [bar], 64;
            mbarrier.arrive.shared.b64 %rd1, [bar];
            mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 %rd2, [bar], 64;
            mbarrier.try_wait.shared.b64 %p1, [bar], %rd2;
            selp.u32 %r0, 1, 0, %p1;
            """));
  }

  @Test
  void statesTellWhatIsPending() {
    assertEquals(
        7 * 100 + 4,
        one(
            """
            mbarrier.init.b64 [%rd3], 7;
            mbarrier.arrive.noComplete.b64 %rd1, [%rd3], 3;
            mbarrier.arrive.b64 %rd2, [%rd3], 2;
            mbarrier.pending_count.b64 %r1, %rd1;
            mbarrier.pending_count.b64 %r2, %rd2;
            mad.lo.u32 %r0, %r1, 100, %r2;
            """.replace("mbarrier.init.b64", "mov.u64 %rd3, bar; cvta.shared.u64 %rd3, %rd3; mbarrier.init.b64")));
  }

  /** Who drops out is not waited for in later phases. */
  @Test
  void dropsOut() {
    assertEquals(
        1,
        one(
            """
            mbarrier.init.shared.b64 [bar], 3;
            mbarrier.arrive_drop.shared.b64 %rd1, [bar], 2;
            mbarrier.arrive.shared.b64 %rd1, [bar];
            mbarrier.arrive.shared.b64 %rd1, [bar];
            mbarrier.test_wait.shared.b64 %p1, [bar], %rd1;
            selp.u32 %r0, 1, 0, %p1;
            """));
  }

  @Test
  void copiesArrive() {
    // Each thread copies four bytes of its own; all see all of them once the phase is complete.
    String body =
        """
        @%p0 mbarrier.init.shared.b64 [bar], 64;
        bar.sync 0;
        st.global.u32 [%out], %t;
        mov.u32 %r1, tile; mad.lo.u32 %r1, %t, 4, %r1;
        cp.async.ca.shared.global [%r1], [%out], 4;
        cp.async.mbarrier.arrive.noinc.shared.b64 [bar];
        mov.u64 %rd5, 0;
        WAIT: mbarrier.test_wait.parity.shared.b64 %p1, [bar], 0;
        @!%p1 bra WAIT;
        xor.b32 %r2, %t, 63; mov.u32 %r1, tile; mad.lo.u32 %r1, %r2, 4, %r1;
        ld.shared.u32 %r3, [%r1];
        bar.sync 0;
        st.global.u32 [%out], %r3;
        """;
    int[] found = run(64, body).racing().run().ints("out");
    for (int i = 0; i < 64; i++) {
      assertEquals(63 - i, found[i]);
    }
  }

  /** Copies that were issued behind the arrival are not part of it; without the wait there is nothing to see. */
  @Test
  void onlyCopiesBeforeArrive() {
    assertEquals(
        0x0000ffff,
        one(
            """
            mbarrier.init.shared.b64 [bar], 1;
            mov.u32 %r1, 0; st.global.u32 [%out], %r1;
            cp.async.ca.shared.global [tile], [%out], 4;
            cp.async.mbarrier.arrive.shared.b64 [bar];
            cp.async.ca.shared.global [tile+4], [%out], 4;
            ld.shared.u32 %r2, [tile];
            mbarrier.arrive.shared.b64 %rd1, [bar];
            WAIT: mbarrier.test_wait.shared.b64 %p1, [bar], %rd1;
            @!%p1 bra WAIT;
            ld.shared.u16 %r3, [tile+4];
            ld.shared.u16 %r4, [tile];
            shl.b32 %r4, %r4, 16;
            or.b32 %r0, %r3, %r4;
            setp.eq.u32 %p2, %r2, -1;
            @!%p2 mov.u32 %r0, 12345;
            """));
  }

  @Test
  void asyncStoresAndReductionsAreTold() {
    String body =
        """
        @%p0 mbarrier.init.shared.b64 [bar], 1;
        @%p0 st.shared.u32 [tile+256], 1000;
        bar.sync 0;
        @%p0 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 512;
        mov.u32 %r1, tile; mad.lo.u32 %r1, %t, 8, %r1;
        mov.b32 %r2, %t; neg.s32 %r3, %t;
        setp.lt.u32 %p2, %t, 32;
        @%p2 st.async.shared::cluster.mbarrier::complete_tx::bytes.v2.b32 [%r1], {%r2, %r3}, [bar];
        @!%p2 red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.u32 [tile+256], %t, [bar];
        @!%p2 red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.u64 [other], %rd7, [bar];
        """
            .replace("512", Integer.toString(32 * 8 + 32 * 4 + 32 * 8))
            + """
        WAIT: mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0;
        @!%p1 bra WAIT;
        and.b32 %r4, %t, 31; mov.u32 %r1, tile; mad.lo.u32 %r1, %r4, 8, %r1;
        ld.shared.v2.u32 {%r5, %r6}, [%r1];
        ld.shared.u32 %r7, [tile+256];
        @%p2 add.u32 %r7, %r5, %r6;
        st.global.u32 [%out], %r7;
        """;
    String init = "mov.u64 %rd7, 0; @%p0 st.shared.u64 [other], %rd7;\n";
    int[] found = run(64, init + body).racing().run().ints("out");
    int sum = 1000;
    for (int t = 32; t < 64; t++) {
      sum += t;
    }
    for (int t = 0; t < 64; t++) {
      assertEquals(t < 32 ? 0 : sum, found[t]);
    }
  }

  @Test
  void whoWaitsForNothingDeadlocks() {
    KernelFault fault =
        run(
                32,
                """
                @%p0 mbarrier.init.shared.b64 [bar], 33;
                bar.warp.sync -1;
                mbarrier.arrive.shared.b64 %rd1, [bar];
                WAIT: mbarrier.try_wait.shared.b64 %p1, [bar], %rd1;
                @!%p1 bra WAIT;
                """)
            .racing().fault();
    assertEquals(KernelFault.Kind.DEADLOCK, fault.kind());
    assertTrue(fault.getMessage().contains("mbarrier.try_wait"), fault.getMessage());
  }

  /** A thread that does something else while it waits is not held up by one that waits for that. */
  @Test
  void pollersMakeProgress() {
    String body =
        """
        @%p0 mbarrier.init.shared.b64 [bar], 1;
        @%p0 st.shared.u32 [tile], 0;
        bar.sync 0;
        setp.ge.u32 %p2, %t, 32;
        @%p2 bra OTHER;
        WAIT: mbarrier.test_wait.parity.shared.b64 %p1, [bar], 0;
        @%p1 bra DONE;
        st.volatile.shared.u32 [tile], 1;
        bra WAIT;
        OTHER: ld.volatile.shared.u32 %r1, [tile];
        setp.eq.u32 %p3, %r1, 0;
        @%p3 bra OTHER;
        setp.eq.u32 %p4, %t, 32;
        @%p4 mbarrier.arrive.shared.b64 _, [bar];
        DONE: mov.u32 %r2, 7; st.global.u32 [%out], %r2;
        """;
    for (int found : run(64, body).racing().run().ints("out")) {
      assertEquals(7, found);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mbarrier.arrive.shared.b64 _, [bar];|no mbarrier was initialised there",
        "mbarrier.init.shared.b64 [bar], 0;|for 1 to 2^20 - 1 arrivals, not for 0",
        "mbarrier.init.shared.b64 [bar], 1048576;|not for 1048576",
        "mbarrier.init.shared.b64 [bar], 1; mbarrier.inval.shared.b64 [bar]; "
            + "mbarrier.inval.shared.b64 [bar];|no mbarrier",
        "mbarrier.init.shared.b64 [bar], 2; mbarrier.arrive.shared.b64 _, [bar], 3;|3 arrivals; the phase waits for 2",
        "mbarrier.init.shared.b64 [bar], 2; mbarrier.arrive.noComplete.shared.b64 _, [bar], 2;|must not complete",
        "mbarrier.init.shared.b64 [bar], 2; mbarrier.expect_tx.shared.b64 [bar], 1048576;|at most 2^20 - 1 bytes",
        "mbarrier.init.b64 [%out], 2;|an mbarrier is in shared memory",
      })
  void misuse(String body, String cause) {
    KernelFault fault = fault(body);
    assertEquals(KernelFault.Kind.BAD_MBARRIER, fault.kind());
    assertTrue(fault.getMessage().contains(cause), fault.getMessage());
  }

  @Test
  void clusterBarrierIsForAll() {
    String body =
        """
        mov.u32 %r1, tile; mad.lo.u32 %r1, %t, 4, %r1;
        mov.u32 %r5, 0;
        AGAIN:
        add.u32 %r2, %t, %r5; st.shared.u32 [%r1], %r2;
        barrier.cluster.arrive.release.aligned;
        barrier.cluster.wait.acquire.aligned;
        xor.b32 %r3, %t, 127; mov.u32 %r4, tile; mad.lo.u32 %r4, %r3, 4, %r4;
        mapa.shared::cluster.u32 %r4, %r4, 0;
        ld.shared::cluster.u32 %r6, [%r4];
        barrier.cluster.arrive; barrier.cluster.wait;
        add.u32 %r5, %r5, 1000;
        setp.lt.u32 %p1, %r5, 3000;
        @%p1 bra AGAIN;
        st.global.u32 [%out], %r6;
        """;
    int[] found = run(128, body).run().ints("out");
    for (int i = 0; i < 128; i++) {
      assertEquals(2000 + 127 - i, found[i]);
    }
  }

  @Test
  void clustersHaveOneBlock() {
    assertEquals(0, one("mov.u32 %r0, tile; getctarank.shared::cluster.u32 %r0, %r0;"));
    assertTrue(
        fault("mov.u32 %r1, tile; mapa.shared::cluster.u32 %r1, %r1, 1;").getMessage()
            .contains("rank 1 in a cluster that has one block"));
    assertEquals(KernelFault.Kind.BARRIER_DIVERGENCE, fault("barrier.cluster.wait;").kind());
    assertEquals(
        KernelFault.Kind.BARRIER_DIVERGENCE, fault("barrier.cluster.arrive; barrier.cluster.arrive;").kind());
  }
}
