package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code cp.async.bulk} and {@code cp.reduce.async.bulk}: what is moved, and when it shows (PTX ISA 9.7.9.25). */
class BulkCopyTest {
  private static final int BYTES = 512;
  private static final String HEAD =
      """
      .reg .b32 %t, %r<12>; .reg .b16 %h<4>; .reg .b64 %in, %out, %rd<8>; .reg .pred %p<8>;
      .shared .align 8 .b64 bar; .shared .align 128 .b8 tile[1024];
      mov.u32 %t, %tid.x;
      ld.param.u64 %in, [in]; ld.param.u64 %out, [out];
      mbarrier.init.shared.b64 [bar], 1;
      """;

  private static KernelRun run(String body, byte[] in, byte[] out) {
    String text = HEAD + body + "\nret;";
    return KernelRun.of(KernelRun.module("sm_100", "8.6", ".param .u64 in, .param .u64 out", text))
        .grid(1, 1).buffer("in", in).buffer("out", out);
  }

  private static byte[] random(int seed) {
    byte[] bytes = new byte[BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static final String WAIT =
      """
      mbarrier.arrive.expect_tx.shared.b64 _, [bar], 512;
      WAIT: mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0; @!%p1 bra WAIT;
      """;

  private static final String STORE =
      """
      cp.async.bulk.global.shared::cta.bulk_group [%out], [tile], 512;
      cp.async.bulk.commit_group;
      cp.async.bulk.wait_group 0;
      """;

  @Test
  void thereAndBack() {
    byte[] in = random(1);
    String load =
        """
        mov.u16 %h0, 1; mov.u64 %rd0, 0;
        cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [tile], [%in], 256, [bar];
        cp.async.bulk.shared::cta.global.mbarrier::complete_tx::bytes.L2::cache_hint \
        [tile+256], [%in+256], 128, [bar], %rd0;
        cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster \
        [tile+384], [%in+384], 128, [bar], %h0;
        """;
    assertArrayEquals(in, run(load + WAIT + STORE, in, new byte[BYTES]).run().buffers().get("out"));
  }

  @Test
  void nothingShowsBeforeTheWait() {
    String body =
        """
        cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [tile], [%in], 512, [bar];
        ld.shared.u32 %r1, [tile];
        """
            + WAIT
            + "ld.shared.u32 %r2, [tile]; st.global.v2.u32 [%out], {%r1, %r2};";
    byte[] in = random(2);
    int[] out = run(body, in, new byte[8]).run().ints("out");
    assertEquals(-1, out[0]);
    assertEquals(ByteBuffer.wrap(in).order(ByteOrder.LITTLE_ENDIAN).getInt(0), out[1]);
  }

  /** A store reads as late as its group allows: behind {@code wait_group.read} the memory is free again, not before. */
  @ParameterizedTest
  @CsvSource({"true,1,7", "false,9,9"})
  void storesReadWhenTheyAreWaitedFor(boolean waits, int first, int second) {
    String body =
        """
        mov.u32 %r1, 1; st.shared.v4.u32 [tile], {%r1, %r1, %r1, %r1};
        mov.u32 %r1, 7; st.shared.v4.u32 [tile+16], {%r1, %r1, %r1, %r1};
        cp.async.bulk.global.shared::cta.bulk_group [%out], [tile], 16;
        cp.async.bulk.commit_group;
        cp.async.bulk.global.shared::cta.bulk_group [%out+16], [tile+16], 16;
        cp.async.bulk.commit_group;
        """
            + (waits ? "cp.async.bulk.wait_group.read 0;" : "")
            + """
        mov.u32 %r1, 9; st.shared.v4.u32 [tile], {%r1, %r1, %r1, %r1};
        st.shared.v4.u32 [tile+16], {%r1, %r1, %r1, %r1};
        """;
    int[] out = run(body, new byte[16], new byte[32]).run().ints("out");
    assertEquals(first, out[0]);
    assertEquals(second, out[4]);
  }

  /** {@code wait_group 1} leaves the newest group alone. */
  @Test
  void groupsCompleteInOrder() {
    String body =
        """
        mov.u32 %r1, 5; st.shared.v4.u32 [tile], {%r1, %r1, %r1, %r1};
        cp.async.bulk.global.shared::cta.bulk_group [%out], [tile], 16;
        cp.async.bulk.commit_group;
        cp.async.bulk.global.shared::cta.bulk_group [%out+16], [tile], 16;
        cp.async.bulk.commit_group;
        cp.async.bulk.wait_group 1;
        ld.global.u32 %r2, [%out]; ld.global.u32 %r3, [%out+16];
        st.global.v2.u32 [%out+32], {%r2, %r3};
        """;
    int[] out = run(body, new byte[16], new byte[40]).run().ints("out");
    assertEquals(5, out[8]);
    assertEquals(0, out[9]);
    assertEquals(5, out[4]);
  }

  @Test
  void maskedBytes() {
    byte[] in = random(3);
    byte[] out = random(4);
    String body =
        """
        cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [tile], [%in], 512, [bar];
        """
            + WAIT
            + """
        mov.u16 %h0, 0x8421;
        cp.async.bulk.global.shared::cta.bulk_group.cp_mask [%out], [tile], 512, %h0;
        """;
    byte[] expected = out.clone();
    for (int i = 0; i < BYTES; i++) {
      expected[i] = (0x8421 >> (i % 16) & 1) != 0 ? in[i] : out[i];
    }
    assertArrayEquals(expected, run(body, in, out).run().buffers().get("out"));
  }

  @Test
  void fillsWithZeros() {
    String body = "mov.u64 %rd0, 504; st.bulk.shared::cta [tile+8], %rd0, 0;" + STORE;
    byte[] out = run(body, new byte[16], new byte[BYTES]).run().buffers().get("out");
    for (int i = 0; i < BYTES; i++) {
      assertEquals(i < 8 ? -1 : 0, out[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "add,u32", "add,s32", "add,u64", "min,u32", "max,s32", "min,s64", "max,u64", "and,b32", "or,b64", "xor,b32",
    "inc,u32", "dec,u32"
  })
  void reducesInGlobalMemory(String operation, String type) {
    byte[] in = random(5);
    byte[] out = random(6);
    String body =
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [tile], [%in], 512, [bar];\n"
            + WAIT
            + "cp.reduce.async.bulk.global.shared::cta.bulk_group.%s.%s [%%out], [tile], 512;"
                .formatted(operation, type);
    byte[] found = run(body, in, out).run().buffers().get("out");
    ByteBuffer a = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer b = ByteBuffer.wrap(in).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer c = ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN);
    boolean isWide = type.endsWith("64");
    boolean isSigned = type.startsWith("s");
    for (int i = 0; i < BYTES; i += isWide ? 8 : 4) {
      long x = isWide ? a.getLong(i) : isSigned ? a.getInt(i) : a.getInt(i) & 0xffffffffL;
      long y = isWide ? b.getLong(i) : isSigned ? b.getInt(i) : b.getInt(i) & 0xffffffffL;
      long expected = reduce(operation, isSigned, x, y);
      assertEquals(isWide ? expected : (int) expected, isWide ? c.getLong(i) : c.getInt(i), operation + " " + i);
    }
  }

  private static long reduce(String operation, boolean isSigned, long x, long y) {
    boolean isLess = isSigned ? x < y : Long.compareUnsigned(x, y) < 0;
    return switch (operation) {
      case "add" -> x + y;
      case "min" -> isLess ? x : y;
      case "max" -> isLess ? y : x;
      case "and" -> x & y;
      case "or" -> x | y;
      case "xor" -> x ^ y;
      case "inc" -> x >= y ? 0 : x + 1;
      default -> x == 0 || x > y ? y : x - 1;
    };
  }

  @Test
  void addsHalvesAndFloats() {
    String body =
        """
        mov.b32 %r1, 0x3c003c00; st.shared.v4.u32 [tile], {%r1, %r1, %r1, %r1};
        mov.b32 %r1, 0x3f803f80; st.shared.v4.u32 [tile+16], {%r1, %r1, %r1, %r1};
        mov.b32 %r1, 0x3fc00000; st.shared.v4.u32 [tile+32], {%r1, %r1, %r1, %r1};
        cp.reduce.async.bulk.global.shared::cta.bulk_group.add.noftz.f16 [%out], [tile], 16;
        cp.reduce.async.bulk.global.shared::cta.bulk_group.add.noftz.bf16 [%out+16], [tile+16], 16;
        cp.reduce.async.bulk.global.shared::cta.bulk_group.add.f32 [%out+32], [tile+32], 16;
        cp.reduce.async.bulk.global.shared::cta.bulk_group.max.f16 [%out+48], [tile], 16;
        """;
    ByteBuffer before = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      before.putInt(4 * i, 0x40003800).putInt(16 + 4 * i, 0x3f803f80).putFloat(32 + 4 * i, 2.25f);
      before.putInt(48 + 4 * i, 0x40003800);
    }
    KernelRun.Outcome outcome = run(body, new byte[16], before.array()).run();
    assertEquals(0x42003e00, outcome.ints("out")[0]);
    assertEquals(0x40004000, outcome.ints("out")[4]);
    assertEquals(3.75f, outcome.floats("out")[8]);
    assertEquals(0x40003c00, outcome.ints("out")[12]);
  }

  @Test
  void reducesInSharedMemory() {
    String body =
        """
        mov.u32 %r1, 3; st.shared.v4.u32 [tile], {%r1, %r1, %r1, %r1};
        mov.u32 %r1, 40; st.shared.v4.u32 [tile+16], {%r1, %r1, %r1, %r1};
        cp.reduce.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes.add.s32 \
        [tile+16], [tile], 16, [bar];
        cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes [tile+32], [tile], 496, [bar];
        """
            + WAIT
            + "ld.shared.u32 %r2, [tile+16]; ld.shared.u32 %r3, [tile+32]; st.global.v2.u32 [%out], {%r2, %r3};";
    assertArrayEquals(new int[] {43, 3}, run(body, new byte[16], new byte[8]).run().ints("out"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[tile], [%in], 24, [bar]|a multiple of 16 bytes, not 24",
        "[tile+8], [%in], 16, [bar]|must be a multiple of 16",
        "[tile], [%in+4], 16, [bar]|must be a multiple of 16",
        "[tile], [%in+496], 32, [bar]|behind the end of 'in'",
        "[tile+1008], [%in], 32, [bar]|behind the end of the block's shared memory",
      })
  void misuse(String operands, String cause) {
    KernelFault fault =
        run(
                "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes " + operands + ";",
                new byte[BYTES], new byte[16])
            .fault();
    assertTrue(fault.getMessage().contains(cause), fault.getMessage());
  }

  @Test
  void otherBlocksOfTheClusterAreNotThere() {
    KernelFault fault =
        run(
                """
                mov.u16 %h0, 3;
                cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster \
                [tile], [%in], 16, [bar], %h0;
                """,
                new byte[16], new byte[16])
            .fault();
    assertTrue(fault.getMessage().contains("blocks 0x3 of a cluster that has one block"), fault.getMessage());
  }
}
