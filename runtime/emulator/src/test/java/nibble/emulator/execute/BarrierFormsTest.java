package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The barriers of a block under each of their names, and the intrinsics of warps before they named their lanes. */
class BarrierFormsTest {
  private static final String HEAD =
      """
      .reg .b32 %t, %r<8>; .reg .b64 %out, %o; .reg .pred %p<8>; .shared .align 4 .b32 slots[128];
      mov.u32 %t, %tid.x; ld.param.u64 %out, [out]; mul.wide.u32 %o, %t, 4; add.u64 %out, %out, %o;
      mov.u32 %r1, slots; mad.lo.u32 %r1, %t, 4, %r1;
      """;

  private static int[] run(String body) {
    String text = HEAD + body + "\nst.global.u32 [%out], %r0; ret;";
    return KernelRun.of(KernelRun.module("sm_80", "7.8", ".param .u64 out", text))
        .grid(1, 96).buffer("out", 4 * 96).racing().run().ints("out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bar", "bar.cta", "barrier", "barrier.cta"})
  void allWait(String name) {
    for (String operands : new String[] {"2", "2, 96"}) {
      String body =
          """
          st.shared.u32 [%r1], %t;
          NAME.sync OPERANDS;
          mov.u32 %r2, slots; sub.u32 %r3, 95, %t; mad.lo.u32 %r2, %r3, 4, %r2; ld.shared.u32 %r0, [%r2];
          """;
      int[] found = run(body.replace("NAME", name).replace("OPERANDS", operands));
      for (int t = 0; t < 96; t++) {
        assertEquals(95 - t, found[t]);
      }
    }
  }

  /** Two warps write and go on; the third waits for them. */
  @ParameterizedTest
  @ValueSource(strings = {"bar", "bar.cta", "barrier", "barrier.cta"})
  void someOnlyArrive(String name) {
    String body =
        """
        mov.u32 %r0, 0; setp.ge.u32 %p1, %t, 64;
        @%p1 bra TAKE;
        st.shared.u32 [%r1], %t; NAME.arrive 3, 96; bra DONE;
        TAKE: NAME.sync 3, 96; ld.shared.u32 %r0, [%r1+-128];
        DONE:
        """;
    int[] found = run(body.replace("NAME", name));
    for (int t = 0; t < 96; t++) {
      assertEquals(t < 64 ? 0 : t - 32, found[t]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bar", "bar.cta", "barrier", "barrier.cta"})
  void reduces(String name) {
    for (String operands : new String[] {"1", "1, 96"}) {
      String body =
          """
          rem.u32 %r2, %t, 3; setp.eq.u32 %p1, %r2, 0; setp.lt.u32 %p2, %t, 96;
          NAME.red.popc.u32 %r0, OPERANDS, %p1;
          NAME.red.and.pred %p3, OPERANDS, %p2;
          NAME.red.and.pred %p4, OPERANDS, %p1;
          NAME.red.or.pred %p5, OPERANDS, %p1;
          NAME.red.or.pred %p6, OPERANDS, !%p2;
          @%p3 add.u32 %r0, %r0, 1000; @%p4 add.u32 %r0, %r0, 2000;
          @%p5 add.u32 %r0, %r0, 4000; @%p6 add.u32 %r0, %r0, 8000;
          """;
      for (int found : run(body.replace("NAME", name).replace("OPERANDS", operands))) {
        assertEquals(32 + 1000 + 4000, found);
      }
    }
  }

  /** Lanes that execute it take part; modules for sm_35 say nothing more. */
  @Test
  void intrinsicsWithoutLanes() {
    String body =
        """
        .reg .b32 %t, %r<8>; .reg .b64 %out, %o; .reg .pred %p<8>;
        mov.u32 %t, %tid.x; ld.param.u64 %out, [out]; mul.wide.u32 %o, %t, 4; add.u64 %out, %out, %o;
        shfl.up.b32 %r1, %t, 1, 0; shfl.down.b32 %r2, %t, 2, 31;
        shfl.bfly.b32 %r3, %t, 5, 31; shfl.idx.b32 %r4|%p1, %t, 7, 31;
        setp.lt.u32 %p2, %t, 12; setp.lt.u32 %p3, %t, 32;
        vote.any.pred %p4, %p2; vote.all.pred %p5, %p2; vote.uni.pred %p6, %p3; vote.ballot.b32 %r5, %p2;
        mul.lo.u32 %r0, %r1, 1000000; mad.lo.u32 %r0, %r2, 10000, %r0;
        mad.lo.u32 %r0, %r3, 100, %r0; add.u32 %r0, %r0, %r4;
        @%p4 xor.b32 %r0, %r0, %r5; @%p5 mov.u32 %r0, 0; @!%p6 mov.u32 %r0, 0;
        st.global.u32 [%out], %r0; ret;
        """;
    int[] found =
        KernelRun.of(KernelRun.module("sm_35", "6.3", ".param .u64 out", body)).buffer("out", 128).run().ints("out");
    for (int t = 0; t < 32; t++) {
      int up = t == 0 ? 0 : t - 1;
      int down = t > 29 ? t : t + 2;
      assertEquals((up * 1000000 + down * 10000 + (t ^ 5) * 100 + 7) ^ 0xfff, found[t]);
    }
  }

  /** Before PTX 2.0 a multiply-add of single precision named no rounding. */
  @Test
  void multiplyAddWithoutRounding() {
    String ptx =
        """
        .version 1.4
        .target sm_13
        .entry k(.param .u64 out)
        {
        .reg .f32 %x, %y; .reg .b64 %out;
        ld.param.u64 %out, [out]; mov.f32 %x, 0f40400000; mad.f32 %y, %x, %x, %x; st.global.f32 [%out], %y;
        mad.sat.f32 %y, %x, %x, %x; st.global.f32 [%out+4], %y;
        ret;
        }
        """;
    float[] found = KernelRun.of(ptx).grid(1, 1).buffer("out", 8).run().floats("out");
    assertEquals(12, found[0]);
    assertEquals(1, found[1]);
  }
}
