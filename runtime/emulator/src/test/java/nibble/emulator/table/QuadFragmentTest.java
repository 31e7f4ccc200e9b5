package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nibble.emulator.KernelRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code mma.m8n8k4} of halves, by the formulas of PTX ISA 9.7.14.5.1: four products of 8 by 8 by 4, each by lanes 4q
 * to 4q + 3 and 4q + 16 to 4q + 19.
 */
class QuadFragmentTest {
  private final int[][][] a = new int[4][8][4];
  private final int[][][] b = new int[4][4][8];
  private final int[][][] c = new int[4][8][8];

  private static int half(int value) {
    return Float.floatToFloat16(value) & 0xffff;
  }

  private static int quad(int lane) {
    return lane / 4 % 4;
  }

  private int left(int lane, int i, boolean byRows) {
    int upper = lane < 16 ? 0 : 4;
    return byRows ? a[quad(lane)][lane % 4 + upper][i] : a[quad(lane)][i % 4 + upper][lane % 4];
  }

  private int right(int lane, int i, boolean byRows) {
    int upper = lane < 16 ? 0 : 4;
    return byRows ? b[quad(lane)][lane % 4][i + upper] : b[quad(lane)][i][lane % 4 + upper];
  }

  /** Row and column of an accumulator, as {@code 8 row + column}. */
  private static int place(int lane, int i, boolean isHalf) {
    int upper = lane < 16 ? 0 : 4;
    return isHalf
        ? 8 * (lane % 4 + upper) + i
        : 8 * ((lane & 1) + (i & 2) + upper) + (i & 4) + (lane & 2) + (i & 1);
  }

  private static String list(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> "%" + name + i).collect(Collectors.joining(", ", "{", "}"));
  }

  @ParameterizedTest
  @CsvSource({"f32,f32", "f32,f16", "f16,f16"})
  void multiplies(String d, String c) {
    for (String layouts : new String[] {"row.col", "row.row", "col.col", "col.row"}) {
      multiply(d.equals("f16"), c.equals("f16"), layouts);
    }
  }

  private void multiply(boolean isHalf, boolean isHalfAddend, String layouts) {
    Random random = new Random(layouts.hashCode());
    for (int q = 0; q < 4; q++) {
      for (int i = 0; i < 64; i++) {
        c[q][i / 8][i % 8] = random.nextInt(-20, 20);
        a[q][i / 8][i % 4] = random.nextInt(-5, 6);
        b[q][i / 16][i % 8] = random.nextInt(-5, 6);
      }
    }
    int addends = isHalfAddend ? 4 : 8;
    int[] registers = new int[32 * 12];
    for (int lane = 0; lane < 32; lane++) {
      for (int r = 0; r < 2; r++) {
        boolean leftByRows = layouts.startsWith("row");
        boolean rightByRows = layouts.endsWith("row");
        registers[32 * r + lane] =
            half(left(lane, 2 * r, leftByRows)) | half(left(lane, 2 * r + 1, leftByRows)) << 16;
        registers[32 * (2 + r) + lane] =
            half(right(lane, 2 * r, rightByRows)) | half(right(lane, 2 * r + 1, rightByRows)) << 16;
      }
      for (int i = 0; i < 8; i++) {
        int place = place(lane, i, isHalfAddend);
        int value = c[quad(lane)][place / 8][place % 8];
        int at = 32 * (4 + (isHalfAddend ? i / 2 : i)) + lane;
        registers[at] |= isHalfAddend ? half(value) << 16 * (i % 2) : Float.floatToRawIntBits(value);
      }
    }
    int[] result = run(registers, isHalf, isHalfAddend, layouts, addends);
    for (int lane = 0; lane < 32; lane++) {
      for (int i = 0; i < 8; i++) {
        int place = place(lane, i, isHalf);
        int word = result[32 * (isHalf ? i / 2 : i) + lane];
        float found = isHalf ? Float.float16ToFloat((short) (word >> 16 * (i % 2))) : Float.intBitsToFloat(word);
        assertEquals(product(quad(lane), place / 8, place % 8), found, layouts + " lane " + lane + " element " + i);
      }
    }
  }

  private float product(int q, int row, int column) {
    int sum = c[q][row][column];
    for (int k = 0; k < 4; k++) {
      sum += a[q][row][k] * b[q][k][column];
    }
    return sum;
  }

  private static int[] run(int[] registers, boolean isHalf, boolean isHalfAddend, String layouts, int addends) {
    StringBuilder text = new StringBuilder();
    text.append(".reg .b32 %a<2>, %b<2>, %c<8>, %d<8>, %lane; .reg .b64 %in, %out, %o;\n");
    text.append("ld.param.u64 %in, [in]; ld.param.u64 %out, [out]; mov.u32 %lane, %tid.x;\n");
    text.append("mul.wide.u32 %o, %lane, 4; add.u64 %in, %in, %o; add.u64 %out, %out, %o;\n");
    for (int r = 0; r < 4 + addends; r++) {
      String name = r < 2 ? "%a" + r : r < 4 ? "%b" + (r - 2) : "%c" + (r - 4);
      text.append("ld.global.b32 %s, [%%in+%d];\n".formatted(name, 128 * r));
    }
    int results = isHalf ? 4 : 8;
    text.append(
        "mma.sync.aligned.m8n8k4.%s.%s.f16.f16.%s %s, {%%a0, %%a1}, {%%b0, %%b1}, %s;\n".formatted(
            layouts, isHalf ? "f16" : "f32", isHalfAddend ? "f16" : "f32", list("d", results), list("c", addends)));
    for (int r = 0; r < results; r++) {
      text.append("st.global.b32 [%%out+%d], %%d%d;\n".formatted(128 * r, r));
    }
    String ptx = KernelRun.module("sm_80", "7.0", ".param .u64 in, .param .u64 out", text + "ret;");
    return KernelRun.of(ptx).ints("in", registers).buffer("out", 1024).run().ints("out");
  }
}
