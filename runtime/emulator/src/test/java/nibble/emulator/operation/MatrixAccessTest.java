package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import nibble.emulator.KernelRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ldmatrix}, {@code stmatrix}, {@code movmatrix}, element by element (PTX ISA 9.7.14.5.15 to 9.7.14.5.17). */
class MatrixAccessTest {
  private static final int ROWS = 32;

  /** Rows of eight 16-bit elements, and an order in which they are loaded. */
  private final short[] elements = new short[ROWS * 8];
  private final int[] order = new Random(2).ints(0, ROWS).distinct().limit(ROWS).toArray();

  MatrixAccessTest() {
    Random random = new Random(1);
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (short) random.nextInt();
    }
  }

  /** Element {@code e} of register {@code j} of a lane: row and column of matrix {@code j}. */
  private static int[] place(int lane, int e, boolean transposed) {
    int row = lane / 4;
    int column = lane % 4 * 2 + e;
    return transposed ? new int[] {column, row} : new int[] {row, column};
  }

  /**
   * A kernel with a tile of all rows in shared memory, and the address of its lane's row in {@code %s} and {@code %g}.
   */
  private KernelRun run(String body) {
    String text =
        """
        .reg .b32 %l, %s, %r<8>; .reg .b64 %rd<8>, %g, %out;
        .shared .align 16 .b8 tile[512];
        mov.u32 %l, %laneid;
        ld.param.u64 %rd0, [rows];
        mul.wide.u32 %rd1, %l, 16;
        add.u64 %rd0, %rd0, %rd1;
        ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%rd0];
        mov.u32 %s, tile;
        mad.lo.u32 %r4, %l, 16, %s;
        st.shared.v4.u32 [%r4], {%r0, %r1, %r2, %r3};
        ld.param.u64 %rd0, [order];
        mul.wide.u32 %rd1, %l, 4;
        add.u64 %rd0, %rd0, %rd1;
        ld.global.u32 %r5, [%rd0];
        mad.lo.u32 %s, %r5, 16, %s;
        cvt.u64.u32 %g, %s;
        cvta.shared.u64 %g, %g;
        mov.u32 %r0, -1; mov.u32 %r1, -1; mov.u32 %r2, -1; mov.u32 %r3, -1;
        bar.warp.sync -1;
        ld.param.u64 %out, [out];
        mul.wide.u32 %rd1, %l, 16;
        add.u64 %out, %out, %rd1;
        """
            + body
            + "\nret;";
    return KernelRun.of(
            KernelRun.module("sm_100a", "8.6", ".param .u64 rows, .param .u64 order, .param .u64 out", text))
        .shorts("rows", elements).ints("order", order).buffer("out", 512);
  }

  @ParameterizedTest
  @CsvSource({
    "1,false,.shared,%s", "2,false,.shared,%s", "4,false,.shared,%s", "1,true,.shared,%s", "2,true,.shared::cta,%s",
    "4,true,.shared,%s", "4,false,'',%g", "2,true,'',%g", "4,true,.shared::cta,%s"
  })
  void loads(int matrices, boolean transposed, String space, String address) {
    String registers = String.join(", ", List.of("%r0", "%r1", "%r2", "%r3").subList(0, matrices));
    String instruction =
        "ldmatrix.sync.aligned.m8n8.x%d%s%s.b16 {%s}, [%s];"
            .formatted(matrices, transposed ? ".trans" : "", space, registers, address);
    short[] found = run(instruction + "st.global.v4.u32 [%out], {%r0, %r1, %r2, %r3};").run().shorts("out");
    short[] expected = new short[ROWS * 8];
    for (int i = 0; i < expected.length; i++) {
      int lane = i / 8;
      int matrix = i % 8 / 2;
      int[] place = place(lane, i % 2, transposed);
      expected[i] = matrix < matrices ? elements[order[8 * matrix + place[0]] * 8 + place[1]] : -1;
    }
    assertArrayEquals(expected, found);
  }

  @ParameterizedTest
  @CsvSource({"1,false", "2,false", "4,false", "1,true", "2,true", "4,true"})
  void stores(int matrices, boolean transposed) {
    String registers = String.join(", ", List.of("%r0", "%r1", "%r2", "%r3").subList(0, matrices));
    // What a lane holds is its own row of the input; what the tile holds afterwards is read back row by row.
    String body =
        """
        ld.shared.v4.u32 {%%r0, %%r1, %%r2, %%r3}, [%%r4];
        bar.warp.sync -1;
        stmatrix.sync.aligned.m8n8.x%d%s.shared.b16 [%%s], {%s};
        bar.warp.sync -1;
        ld.shared.v4.u32 {%%r0, %%r1, %%r2, %%r3}, [%%r4];
        st.global.v4.u32 [%%out], {%%r0, %%r1, %%r2, %%r3};
        """
            .formatted(matrices, transposed ? ".trans" : "", registers);
    short[] expected = elements.clone();
    for (int lane = 0; lane < 32; lane++) {
      for (int matrix = 0; matrix < matrices; matrix++) {
        for (int e = 0; e < 2; e++) {
          int[] place = place(lane, e, transposed);
          expected[order[8 * matrix + place[0]] * 8 + place[1]] = elements[lane * 8 + 2 * matrix + e];
        }
      }
    }
    assertArrayEquals(expected, run(body).run().shorts("out"));
  }

  @Test
  void transposesRegisters() {
    String body =
        """
        ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%r0, %r1}, [%s];
        movmatrix.sync.aligned.m8n8.trans.b16 %r2, %r0;
        movmatrix.sync.aligned.m8n8.trans.b16 %r1, %r1;
        st.global.v4.u32 [%out], {%r0, %r1, %r2, %r3};
        """;
    short[] found = run(body).run().shorts("out");
    short[] expected = new short[ROWS * 8];
    for (int i = 0; i < expected.length; i++) {
      int register = i % 8 / 2;
      int[] place = place(i / 8, i % 2, register != 0);
      int matrix = register == 1 ? 1 : 0;
      expected[i] = register == 3 ? -1 : elements[order[8 * matrix + place[0]] * 8 + place[1]];
    }
    assertArrayEquals(expected, found);
  }

  @Test
  void addressesOfLanesThatGiveNoRowMayBeAnything() {
    String body =
        """
        .reg .pred %p;
        setp.gt.u32 %p, %l, 7;
        @%p mov.u32 %s, 0xfffffff1;
        ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%s];
        st.global.v4.u32 [%out], {%r0, %r1, %r2, %r3};
        """;
    short[] found = run(body).run().shorts("out");
    for (int lane = 0; lane < 32; lane++) {
      for (int e = 0; e < 2; e++) {
        int[] place = place(lane, e, false);
        assertEquals(elements[order[place[0]] * 8 + place[1]], found[8 * lane + e]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void loadsBytesTransposed(int matrices) {
    String registers = String.join(", ", List.of("%r0", "%r1", "%r2", "%r3").subList(0, 2 * matrices));
    String body =
        """
        ldmatrix.sync.aligned.m16n16.x%d.trans.shared.b8 {%s}, [%%s];
        st.global.v4.u32 [%%out], {%%r0, %%r1, %%r2, %%r3};
        """
            .formatted(matrices, registers);
    byte[] found = run(body).run().buffers().get("out");
    byte[] expected = new byte[found.length];
    for (int i = 0; i < expected.length; i++) {
      int lane = i / 16;
      int register = i % 16 / 4;
      int row = 16 * (register / 2) + 4 * (lane % 4) + i % 4;
      int column = lane / 4 + 8 * (register % 2);
      int half = elements[order[row] * 8 + column / 2] >> 8 * (column % 2);
      expected[i] = register < 2 * matrices ? (byte) half : -1;
    }
    assertArrayEquals(expected, found);
  }
}
