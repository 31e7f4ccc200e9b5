package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Random;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ldmatrix} and {@code stmatrix} of bytes, and of elements that are packed in memory. */
class ByteMatrixAccessTest {
  private static final int ROWS = 32;

  /** Lanes give the addresses of 32 rows in shared memory, copied from and to global memory. */
  private static KernelRun kernel(String instruction, int registers) {
    StringBuilder stores = new StringBuilder();
    for (int r = 0; r < registers; r++) {
      stores.append("st.global.b32 [%%out+%d], %%r%d;\n".formatted(128 * r, r));
    }
    String body =
        """
        .reg .b32 %%r<8>, %%v<4>, %%lane, %%a; .reg .b64 %%in, %%out, %%o; .shared .align 16 .b8 tile[512];
        ld.param.u64 %%in, [in]; ld.param.u64 %%out, [out]; mov.u32 %%lane, %%tid.x;
        mul.wide.u32 %%o, %%lane, 16; add.u64 %%in, %%in, %%o; mul.wide.u32 %%o, %%lane, 4; add.u64 %%out, %%out, %%o;
        ld.global.v4.b32 {%%v0, %%v1, %%v2, %%v3}, [%%in];
        mov.u32 %%a, tile; mad.lo.u32 %%a, %%lane, 16, %%a;
        st.shared.v4.b32 [%%a], {%%v0, %%v1, %%v2, %%v3}; bar.warp.sync 0xffffffff;
        %s
        %s
        ret;
        """.formatted(instruction, stores);
    return KernelRun.of(KernelRun.module("sm_120a", "8.7", ".param .u64 in, .param .u64 out", body));
  }

  private static byte[] rows(int seed) {
    byte[] rows = new byte[16 * ROWS];
    new Random(seed).nextBytes(rows);
    return rows;
  }

  /** Element of a row of 16: a byte, or bits from the row's first bit on. */
  private static int element(byte[] rows, int row, int column, int bits) {
    int value = 0;
    for (int i = 0; i < bits; i++) {
      int bit = column * bits + i;
      value |= (rows[16 * row + bit / 8] >> bit % 8 & 1) << i;
    }
    return value;
  }

  private static int number(ByteBuffer out, int register, int lane, int i) {
    return out.get(128 * register + 4 * lane + i) & 0xff;
  }

  @ParameterizedTest
  @CsvSource({"x1,b8x16.b6x16_p32,6", "x2,b8x16.b6x16_p32,6", "x4,b8x16.b4x16_p64,4", "x2,b8x16.b4x16_p64,4"})
  void loadsEightRows(String num, String format, int bits) {
    int count = num.charAt(1) - '0';
    byte[] rows = rows(count);
    String registers = count == 1 ? "{%r0}" : count == 2 ? "{%r0, %r1}" : "{%r0, %r1, %r2, %r3}";
    String load = "ldmatrix.sync.aligned.m8n16." + num + ".shared." + format + " " + registers + ", [%a];";
    ByteBuffer out = kernel(load, count).buffer("in", rows).buffer("out", 512).run().buffer("out");
    for (int r = 0; r < count; r++) {
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
          assertEquals(element(rows, 8 * r + lane / 4, 4 * (lane % 4) + i, bits), number(out, r, lane, i));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"x1,b8,8", "x2,b8,8", "x1,b8x16.b6x16_p32,6", "x2,b8x16.b4x16_p64,4"})
  void loadsSixteenRowsTransposed(String num, String format, int bits) {
    int count = num.charAt(1) - '0';
    byte[] rows = rows(8 + count);
    String registers = count == 1 ? "{%r0, %r1}" : "{%r0, %r1, %r2, %r3}";
    String load = "ldmatrix.sync.aligned.m16n16." + num + ".trans.shared." + format + " " + registers + ", [%a];";
    ByteBuffer out = kernel(load, 2 * count).buffer("in", rows).buffer("out", 512).run().buffer("out");
    for (int r = 0; r < 2 * count; r++) {
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
          int row = 16 * (r / 2) + 4 * (lane % 4) + i;
          assertEquals(element(rows, row, lane / 4 + 8 * (r % 2), bits), number(out, r, lane, i));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void storesSixteenRowsTransposed(int count) {
    byte[] words = rows(20 + count);
    String registers = count == 1 ? "{%v0}" : count == 2 ? "{%v0, %v1}" : "{%v0, %v1, %v2, %v3}";
    String store =
        """
        .reg .b32 %%b; mov.u32 %%b, tile; mad.lo.u32 %%b, %%lane, 16, %%b;
        stmatrix.sync.aligned.m16n8.x%d.trans.shared.b8 [%%b], %s; bar.warp.sync 0xffffffff;
        ld.shared.v4.b32 {%%r0, %%r1, %%r2, %%r3}, [%%a];
        """.formatted(count, registers);
    ByteBuffer out = kernel(store, 4).buffer("in", words).buffer("out", 512).run().buffer("out");
    for (int matrix = 0; matrix < count; matrix++) {
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
          int column = 8 * matrix + 2 * (lane % 4) + i % 2;
          int row = lane / 4 + 8 * (i / 2);
          int expected = words[16 * lane + 4 * matrix + i] & 0xff;
          // The lane that gave the column's address reads it: register row / 4, byte row % 4.
          assertEquals(expected, number(out, row / 4, column, row % 4));
        }
      }
    }
  }
}
