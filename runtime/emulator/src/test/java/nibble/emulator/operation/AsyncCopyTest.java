package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code cp.async}: what arrives, and when (PTX ISA 9.7.9.25.3). */
class AsyncCopyTest {
  private static final int WORDS = 8;

  /**
   * Each lane has {@link #WORDS} words of global memory at {@code %g} and of shared memory, filled with 7, at {@code
   * %s}.
   */
  private static KernelRun run(String body) {
    String text =
        """
        .reg .b32 %l, %s, %r<8>; .reg .b64 %rd<8>, %g, %out; .reg .pred %p<4>;
        .shared .align 16 .b8 tile[1024];
        mov.u32 %l, %laneid;
        ld.param.u64 %g, [in];
        ld.param.u64 %out, [out];
        mul.wide.u32 %rd1, %l, 32;
        add.u64 %g, %g, %rd1;
        add.u64 %out, %out, %rd1;
        mov.u32 %s, tile;
        mad.lo.u32 %s, %l, 32, %s;
        mov.u32 %r0, 7;
        st.shared.v4.u32 [%s], {%r0, %r0, %r0, %r0};
        st.shared.v4.u32 [%s+16], {%r0, %r0, %r0, %r0};
        """
            + body
            + """

            ld.shared.v4.u32 {%r0, %r1, %r2, %r3}, [%s];
            st.global.v4.u32 [%out], {%r0, %r1, %r2, %r3};
            ld.shared.v4.u32 {%r0, %r1, %r2, %r3}, [%s+16];
            st.global.v4.u32 [%out+16], {%r0, %r1, %r2, %r3};
            ret;
            """;
    int[] in = IntStream.range(0, 32 * WORDS).map(i -> 1000 + i).toArray();
    return KernelRun.of(KernelRun.module("sm_90", "8.0", ".param .u64 in, .param .u64 out", text))
        .ints("in", in).buffer("out", 4 * 32 * WORDS);
  }

  /**
   * What each lane's words are: a character each, {@code .} untouched, {@code 0} zero, {@code a} to {@code h} copied.
   */
  private static void check(String body, String words) {
    int[] expected = new int[32 * WORDS];
    for (int i = 0; i < expected.length; i++) {
      char what = words.charAt(i % WORDS);
      expected[i] = what == '.' ? 7 : what == '0' ? 0 : 1000 + i / WORDS * WORDS + what - 'a';
    }
    assertArrayEquals(expected, run(body).run().ints("out"), body);
  }

  @ParameterizedTest
  @CsvSource({"ca,4,a.......", "ca,8,ab......", "ca,16,abcd....", "cg,16,abcd....", "ca.L2::128B,16,abcd...."})
  void copiesBytes(String cache, int bytes, String words) {
    String[] parts = (cache + ".").split("\\.", 2);
    String hint = parts[1].isEmpty() ? "" : "." + parts[1].substring(0, parts[1].length() - 1);
    check(
        "cp.async." + parts[0] + ".shared.global" + hint + " [%s], [%g], " + bytes + "; cp.async.wait_all;", words);
  }

  @Test
  void nothingArrivesBeforeOneWaits() {
    check("cp.async.ca.shared.global [%s], [%g], 16;", "........");
    check("cp.async.ca.shared.global [%s], [%g], 16; cp.async.commit_group;", "........");
    check("cp.async.ca.shared.global [%s], [%g], 16; cp.async.wait_group 0;", "........");
    check("cp.async.ca.shared.global [%s], [%g], 16; cp.async.commit_group; cp.async.wait_group 0;", "abcd....");
    check("cp.async.ca.shared.global [%s], [%g], 16; cp.async.wait_all;", "abcd....");
  }

  @Test
  void groupsArriveInTheirOrder() {
    String stages =
        """
        cp.async.ca.shared.global [%s], [%g], 4;
        cp.async.commit_group;
        cp.async.ca.shared.global [%s+4], [%g+4], 4;
        cp.async.ca.shared.global [%s+8], [%g+8], 4;
        cp.async.commit_group;
        cp.async.ca.shared.global [%s+12], [%g+12], 4;
        cp.async.commit_group;
        cp.async.ca.shared.global [%s+16], [%g+16], 4;
        """;
    check(stages + "cp.async.wait_group 3;", "........");
    check(stages + "cp.async.wait_group 2;", "a.......");
    check(stages + "cp.async.wait_group 1;", "abc.....");
    check(stages + "cp.async.wait_group 0;", "abcd....");
    check(stages + "cp.async.commit_group; cp.async.wait_group 1;", "abcd....");
    check(stages + "cp.async.wait_all;", "abcde...");
  }

  @Test
  void emptyGroupsCount() {
    check(
        "cp.async.ca.shared.global [%s], [%g], 4; cp.async.commit_group; cp.async.commit_group; cp.async.commit_group; "
            + "cp.async.wait_group 2;",
        "a.......");
  }

  @Test
  void whatIsNotReadIsZero() {
    check("cp.async.ca.shared.global [%s], [%g], 16, 8; cp.async.wait_all;", "ab00....");
    check("mov.u32 %r1, 0; cp.async.cg.shared.global [%s], [%g], 16, %r1; cp.async.wait_all;", "0000....");
    check("setp.eq.u32 %p0, %r0, 7; cp.async.ca.shared.global [%s], [%g], 8, %p0; cp.async.wait_all;", "00......");
    check("setp.ne.u32 %p0, %r0, 7; cp.async.ca.shared.global [%s], [%g], 8, %p0; cp.async.wait_all;", "ab......");
  }

  @Test
  void whereNothingIsReadTheSourceMayBeAnything() {
    check(
        "mov.u64 %g, 3; mov.u32 %r1, 0; cp.async.cg.shared.global [%s+16], [%g], 16, %r1; cp.async.wait_all;",
        "....0000");
  }

  @Test
  void theSourceIsReadWhenTheCopyIsIssued() {
    check(
        "cp.async.ca.shared.global [%s], [%g], 4; st.global.u32 [%g], %r0; cp.async.wait_all;", "a.......");
  }

  @Test
  void lanesHaveGroupsOfTheirOwn() {
    // Odd lanes commit twice and wait for their first group only; even lanes commit once and wait for it.
    int[] found =
        run(
                """
                and.b32 %r1, %l, 1;
                setp.eq.u32 %p0, %r1, 1;
                cp.async.ca.shared.global [%s], [%g], 4;
                @%p0 cp.async.commit_group;
                cp.async.ca.shared.global [%s+4], [%g+4], 4;
                cp.async.commit_group;
                @%p0 cp.async.wait_group 1;
                @!%p0 cp.async.wait_group 0;
                """)
            .run()
            .ints("out");
    for (int lane = 0; lane < 32; lane++) {
      assertEquals(1000 + lane * WORDS, found[lane * WORDS]);
      assertEquals(lane % 2 == 0 ? 1001 + lane * WORDS : 7, found[lane * WORDS + 1]);
    }
  }

  @Test
  void guardedLanesCopyNothing() {
    int[] found =
        run("setp.lt.u32 %p0, %l, 3; @%p0 cp.async.ca.shared.global [%s], [%g], 4; cp.async.wait_all;")
            .run()
            .ints("out");
    for (int lane = 0; lane < 32; lane++) {
      assertEquals(lane < 3 ? 1000 + lane * WORDS : 7, found[lane * WORDS]);
    }
  }
}
