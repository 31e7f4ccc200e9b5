package nibble.codegen.kernel.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.layout.LinearLayout;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import org.junit.jupiter.api.Test;

/** Orders in which accumulators have keys, so that weights are an operand of the second product where they are. */
class AttentionTileTest {
  private static AttentionTile tile(ProductFormat scores, ProductFormat values, int keys) {
    return new AttentionTile(scores, values, 4, 16, keys, 64, 64, Optional.<NumberFormat>empty());
  }

  /** The column of the first product that each key has, the same for all queries. */
  private static int[] columns(AttentionTile tile) {
    LinearLayout columns = tile.ofKeys().accumulators();
    LinearLayout keys = tile.scoreLayout();
    int[] column = new int[tile.keys()];
    Arrays.fill(column, -1);
    int registers = columns.inputSize("register");
    for (int register = 0; register < registers; register++) {
      for (int lane = 0; lane < 32; lane++) {
        Map<String, Integer> at = Map.of("register", register, "lane", lane, "warp", 1);
        Map<String, Integer> from = columns.apply(at);
        Map<String, Integer> to = keys.apply(at);
        assertEquals(from.get("dim0"), to.get("dim0"), "queries stay");
        int key = to.get("dim1");
        assertEquals(column[key] < 0 ? from.get("dim1") : column[key], from.get("dim1"), "key " + key);
        column[key] = from.get("dim1");
      }
    }
    return column;
  }

  /** X10: of weights in eight bits, the published order of 16 tokens of values; a permutation of each number of keys. */
  @Test
  void x10OrderOfKeysOfBytes() {
    ProductFormat bytes = ProductFormat.of(Formats.I8, Formats.I8).orElseThrow();
    int[] published = {0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15};
    for (int keys : new int[] {32, 64, 128}) {
      int[] columns = columns(tile(bytes, ProductFormat.ofBytes(Formats.E4M3, Formats.E4M3, true), keys));
      assertArrayEquals(IntStream.range(0, keys).map(key -> key / 16 * 16 + published[key % 16]).toArray(), columns);
    }
  }

  /** X10: of weights in four bits, the published order of 32 keys. */
  @Test
  void x10OrderOfKeysOfNibbles() {
    ProductFormat nibbles = ProductFormat.ofNibbles(Formats.E2M1, Formats.E2M1, Formats.F32).scaledBy(16);
    int[] published = {
        0, 1, 8, 9, 16, 17, 24, 25, 2, 3, 10, 11, 18, 19, 26, 27, 4, 5, 12, 13, 20, 21, 28, 29, 6, 7, 14, 15, 22, 23, 30, 31};
    int[] columns = columns(tile(nibbles, nibbles, 128));
    int[] expected = new int[128];
    for (int column = 0; column < 128; column++) {
      expected[column / 32 * 32 + published[column % 32]] = column;
    }
    assertArrayEquals(expected, columns);
  }

  /** Of halves, keys are columns as they lie. */
  @Test
  void halvesStay() {
    ProductFormat halves = ProductFormat.of(Formats.F16, Formats.F16).orElseThrow();
    assertArrayEquals(IntStream.range(0, 64).toArray(), columns(tile(halves, halves, 64)));
  }
}
