package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import nibble.emulator.TensorMap;
import nibble.emulator.tma.TensorElement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of barriers with phases and of bulk copies that other tests have no use for, one by one. */
class AsyncFormsTest {
  private static final String PARAMETERS = ".param .u64 in, .param .u64 map, .param .u64 out";

  private static final String HEAD =
      """
      .reg .b32 %t, %r<12>; .reg .b16 %h<4>; .reg .b64 %in, %out, %map, %rd<12>; .reg .pred %p<8>; .reg .b128 %x;
      .shared .align 8 .b64 bar; .shared .align 128 .b8 tile[1024];
      mov.u32 %t, %tid.x; mov.u16 %h0, 1; mov.u64 %rd0, 0;
      ld.param.u64 %in, [in]; ld.param.u64 %out, [out]; ld.param.u64 %map, [map];
      """;

  private static final String WAIT =
      """
      WAIT: mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0; @!%p1 bra WAIT;
      """;

  /** Eight words for one thread: what it left in {@code out}, behind what it found in {@code in}. */
  private static int[] run(String body, int... in) {
    KernelRun run =
        KernelRun.of(KernelRun.module("sm_100a", "8.6", PARAMETERS, HEAD + body + "\nret;"))
            .grid(1, 1)
            .ints("in", in)
            .buffer("map", buffers -> map(buffers.get("in").address()))
            .buffer("out", 256);
    return run.run().ints("out");
  }

  /** A map of two rows of eight words. */
  private static byte[] map(long address) {
    return TensorMap.of(TensorElement.U32, address).dimensions(8, 2).strides(32).box(4, 1).encode();
  }

  private static int[] numbers(int count) {
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = 3 * i + 1;
    }
    return numbers;
  }

  private static int one(String body) {
    return run(body + "\nst.global.u32 [%out], %r0;", numbers(16))[0];
  }

  private static final String IS_OVER = "mbarrier.test_wait.parity.shared.b64 %p1, [bar], 0; selp.u32 %r0, 1, 0, %p1;";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mbarrier.arrive.shared::cluster.b64 _, [bar]; mbarrier.arrive.release.cluster.shared::cluster.b64 _, [bar];",
        "mbarrier.arrive.shared::cluster.b64 _, [bar], 2;",
        "mbarrier.arrive_drop.shared.b64 %rd1, [bar]; mbarrier.arrive_drop.release.cta.shared::cta.b64 %rd1, [bar];",
        "mbarrier.arrive_drop.shared::cluster.b64 _, [bar]; mbarrier.arrive_drop.shared::cluster.b64 _, [bar];",
        "mbarrier.arrive_drop.release.cluster.shared::cluster.b64 _, [bar], 2;",
        "mbarrier.arrive_drop.noComplete.release.cta.shared.b64 %rd1, [bar], 1;"
            + " mbarrier.arrive.shared.b64 %rd1, [bar];",
        "mbarrier.arrive.shared.b64 _, [bar]; mbarrier.arrive_drop.expect_tx.shared.b64 %rd1, [bar], 8;"
            + "mbarrier.complete_tx.shared.b64 [bar], 8;"
      })
  void twoArrivalsEndAPhase(String arrivals) {
    assertEquals(1, one("mbarrier.init.shared.b64 [bar], 2;" + arrivals + IS_OVER));
    assertEquals(0, one("mbarrier.init.shared.b64 [bar], 3;" + arrivals + IS_OVER));
  }

  /** Who has dropped out is not waited for again: three at first, then one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mbarrier.arrive_drop.shared.b64 %rd1, [bar]; mbarrier.arrive_drop.shared.b64 %rd1, [bar];",
        "mbarrier.arrive_drop.shared::cluster.b64 _, [bar], 2;",
        "mbarrier.arrive_drop.noComplete.shared.b64 %rd1, [bar], 2;",
        "mbarrier.arrive_drop.expect_tx.shared.b64 %rd1, [bar], 0; mbarrier.arrive_drop.shared::cluster.b64 _, [bar];"
      })
  void dropsOut(String drops) {
    String second =
        "mbarrier.arrive.shared.b64 %rd1, [bar]; mbarrier.arrive.shared.b64 %rd1, [bar];"
            + "mbarrier.test_wait.shared.b64 %p1, [bar], %rd1; selp.u32 %r0, 1, 0, %p1;";
    assertEquals(1, one("mbarrier.init.shared.b64 [bar], 3;" + drops + second));
  }

  @Test
  void memoryOfABarrierIsFreeAgain() {
    String body =
        "mbarrier.init.shared.b64 [bar], 2; mbarrier.inval.shared.b64 [bar];"
            + "st.shared.u32 [bar], 7; ld.shared.u32 %r0, [bar];";
    assertEquals(7, one(body));
  }

  private static String load(int words) {
    return """
        mbarrier.init.shared.b64 [bar], 1;
        cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [tile], [%%in], %d, [bar];
        """.formatted(4 * words);
  }

  private static String expect(int bytes) {
    return "mbarrier.arrive.expect_tx.shared.b64 _, [bar], " + bytes + ";\n" + WAIT;
  }

  @Test
  void masksBytesUnderAPolicy() {
    String body =
        load(8) + expect(32)
            + "mov.u16 %h1, 0x00f0;"
            + "cp.async.bulk.global.shared::cta.bulk_group.L2::cache_hint.cp_mask [%out], [tile], 32, %rd0, %h1;";
    int[] found = run(body, numbers(16));
    assertArrayEquals(new int[] {0, 4, 0, 0, 0, 16, 0, 0}, Arrays.copyOf(found, 8));
  }

  @ParameterizedTest
  @CsvSource({
    "add.u32,12", "min.u32,5", "max.u32,7", "inc.u32,0", "dec.u32,5", "and.b32,5", "or.b32,7", "xor.b32,2", "add.u64,12"
  })
  void reducesInSharedMemory(String operation, int expected) {
    // What is there is 7, what comes is 5; a 64-bit sum has both words.
    String body =
        """
        mbarrier.init.shared.b64 [bar], 1;
        mov.u32 %%r1, 5; st.shared.v4.u32 [tile], {%%r1, %%r1, %%r1, %%r1};
        mov.u32 %%r1, 7; st.shared.v4.u32 [tile+64], {%%r1, %%r1, %%r1, %%r1};
        cp.reduce.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes.%s [tile+64], [tile], 16, [bar];
        """.formatted(operation)
            + expect(16)
            + "ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile+64]; st.global.v4.u32 [%out], {%r2, %r3, %r4, %r5};";
    int[] found = run(body, numbers(16));
    assertArrayEquals(new int[] {expected, expected, expected, expected}, Arrays.copyOf(found, 4));
  }

  @Test
  void copiesABoxToTheOneBlock() {
    String body =
        """
        mbarrier.init.shared.b64 [bar], 1; mov.u32 %r1, 2; mov.u32 %r2, 1;
        cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster
          [tile], [%map, {%r1, %r2}], [bar], %h0;
        """
            + expect(16)
            + "ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile]; st.global.v4.u32 [%out], {%r2, %r3, %r4, %r5};";
    int[] in = numbers(16);
    assertArrayEquals(new int[] {in[10], in[11], in[12], in[13]}, Arrays.copyOf(run(body, in), 4));
  }

  @Test
  void gathersRowsIntoItsOwnMemory() {
    String body =
        """
        mbarrier.init.shared.b64 [bar], 1;
        mov.u32 %r1, 4; mov.u32 %r2, 1; mov.u32 %r3, 0; mov.u32 %r4, 7; mov.u32 %r5, 1;
        cp.async.bulk.tensor.2d.shared::cta.global.tile::gather4.mbarrier::complete_tx::bytes
          [tile], [%map, {%r1, %r2, %r3, %r4, %r5}], [bar];
        """ + expect(64)
            + """
        ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile]; st.global.v4.u32 [%out], {%r2, %r3, %r4, %r5};
        ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile+16]; st.global.v4.u32 [%out+16], {%r2, %r3, %r4, %r5};
        ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile+32]; st.global.v4.u32 [%out+32], {%r2, %r3, %r4, %r5};
        ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile+48]; st.global.v4.u32 [%out+48], {%r2, %r3, %r4, %r5};
        """;
    int[] in = numbers(16);
    int[] rows = {1, 0, 7, 1};
    int[] found = run(body, in);
    for (int i = 0; i < 16; i++) {
      assertEquals(rows[i / 4] < 2 ? in[8 * rows[i / 4] + 4 + i % 4] : 0, found[i], "word " + i);
    }
  }

  /** A tensor map that was changed in shared memory is used from global memory. */
  @Test
  void copiesATensorMap() {
    String copy = "ld.global.u64 %rd1, [%map+AT]; st.shared.u64 [tile+AT], %rd1;\n";
    StringBuilder body = new StringBuilder();
    for (int at = 0; at < 128; at += 8) {
      body.append(copy.replace("AT", Integer.toString(at)));
    }
    body.append(
        """
        mbarrier.init.shared.b64 [bar], 1; mov.u32 %r1, 0; mov.u32 %r2, 0; add.u64 %rd2, %in, 16;
        tensormap.replace.tile.global_address.shared::cta.b1024.b64 [tile], %rd2;
        """);
    // All 32 lanes copy it together, so one thread is not enough.
    String module =
        HEAD + body
            + """
        bar.warp.sync 0xffffffff;
        tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release.gpu.sync.aligned [%out+128], [tile], 128;
        fence.proxy.tensormap::generic.acquire.gpu [%out+128], 128;
        add.u64 %rd3, %out, 128; setp.eq.u32 %p2, %t, 0;
        @%p2 cp.async.bulk.tensor.2d.shared::cta.global.mbarrier::complete_tx::bytes \
        [tile+512], [%rd3, {%r1, %r2}], [bar];
        @%p2 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 16;
        WAIT: mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0; @!%p1 bra WAIT;
        ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile+512]; st.global.v4.u32 [%out], {%r2, %r3, %r4, %r5};
        ret;
        """;
    int[] in = numbers(24);
    int[] found =
        KernelRun.of(KernelRun.module("sm_100a", "8.6", PARAMETERS, module))
            .grid(1, 32)
            .ints("in", in)
            .buffer("map", buffers -> map(buffers.get("in").address()))
            .buffer("out", 256)
            .run()
            .ints("out");
    assertArrayEquals(Arrays.copyOfRange(in, 4, 8), Arrays.copyOf(found, 4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "st.async.shared::cluster.mbarrier::complete_tx::bytes.u32 [tile], %r1, [bar];|4|9 0 0 0",
        "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.b64 [tile], %rd1, [bar];|8|9 8 0 0",
        "st.async.shared::cluster.mbarrier::complete_tx::bytes.v2.s64 [tile], {%rd1, %rd1}, [bar];|16|9 8 9 8",
        "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.min.s32"
            + " [tile+16], %r3, [bar];|4|-9 5 5 5",
        "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.add.s32"
            + " [tile+16], %r3, [bar];|4|-4 5 5 5",
        "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes.xor.b32"
            + " [tile+16], %r1, [bar];|4|12 5 5 5"
      })
  void storesThatABarrierTells(String store, int bytes, String expected) {
    boolean isReduction = store.startsWith("red");
    String body =
        """
        mbarrier.init.shared.b64 [bar], 1; mov.u32 %r1, 9; mov.u32 %r2, 8; mov.b64 %rd1, {%r1, %r2}; mov.u32 %r3, -9;
        mov.u32 %r4, 0; st.shared.v4.u32 [tile], {%r4, %r4, %r4, %r4};
        mov.u32 %r4, 5; st.shared.v4.u32 [tile+16], {%r4, %r4, %r4, %r4};
        """
            + store + "\n" + expect(bytes)
            + "ld.shared.v4.u32 {%r2, %r3, %r4, %r5}, [tile+OFF]; st.global.v4.u32 [%out], {%r2, %r3, %r4, %r5};"
                .replace("OFF", isReduction ? "16" : "0");
    int[] found = run(body, numbers(16));
    String text = found[0] + " " + found[1] + " " + found[2] + " " + found[3];
    assertEquals(expected, text);
  }

  @Test
  void theRankOfAnAddressIsZero() {
    assertEquals(0, one("mov.u64 %rd1, tile; cvta.shared.u64 %rd1, %rd1; mov.u32 %r0, 5; getctarank.u64 %r0, %rd1;"));
  }

  /** Blocks of a grid of 2 by 3 take those that have not begun until there are none; each place is done once. */
  @ParameterizedTest
  @ValueSource(strings = {"", ".multicast::cluster::all"})
  void takesBlocks(String multicast) {
    String body =
        """
        .reg .b32 %%r<12>, %%parity, %%bx, %%by; .reg .b64 %%out, %%o; .reg .pred %%p<4>; .reg .b128 %%x;
        .shared .align 8 .b64 bar; .shared .align 16 .b8 answer[16];
        ld.param.u64 %%out, [out]; mbarrier.init.shared.b64 [bar], 1; mov.u32 %%parity, 0;
        mov.u32 %%bx, %%ctaid.x; mov.u32 %%by, %%ctaid.y;
        WORK: mad.lo.u32 %%r0, %%by, 2, %%bx; mul.wide.u32 %%o, %%r0, 4; add.u64 %%o, %%out, %%o;
        red.global.add.u32 [%%o], 1;
        clusterlaunchcontrol.try_cancel.async.shared::cta.mbarrier::complete_tx::bytes%s.b128 [answer], [bar];
        mbarrier.arrive.expect_tx.shared.b64 _, [bar], 16;
        WAIT: mbarrier.try_wait.parity.shared.b64 %%p1, [bar], %%parity; @!%%p1 bra WAIT;
        xor.b32 %%parity, %%parity, 1;
        ld.shared.b128 %%x, [answer];
        clusterlaunchcontrol.query_cancel.is_canceled.pred.b128 %%p2, %%x;
        @!%%p2 bra DONE;
        clusterlaunchcontrol.query_cancel.get_first_ctaid.v4.b32.b128 {%%bx, %%by, %%r2, _}, %%x;
        clusterlaunchcontrol.query_cancel.get_first_ctaid::x.b32.b128 %%r3, %%x;
        clusterlaunchcontrol.query_cancel.get_first_ctaid::y.b32.b128 %%r4, %%x;
        setp.ne.u32 %%p3, %%r3, %%bx; @%%p3 trap; setp.ne.u32 %%p3, %%r4, %%by; @%%p3 trap;
        setp.ne.u32 %%p3, %%r2, 0; @%%p3 trap;
        bra WORK;
        DONE: ret;
        """.formatted(multicast);
    LaunchConfig config =
        LaunchConfig.of(
            new LaunchConfig.Extent(2, 3, 1), new LaunchConfig.Extent(1, 1, 1));
    int[] found =
        KernelRun.of(KernelRun.module("sm_100a", "8.6", ".param .u64 out", body))
            .config(config).buffer("out", 24).racing().run().ints("out");
    assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1}, found);
  }
}
