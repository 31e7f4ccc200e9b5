package nibble.codegen.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fragments against the formulas of PTX ISA 9.7.14.5, shape by shape. */
class MmaFragmentTest {
  @ParameterizedTest
  @CsvSource({
      "8,16", "16,16", "4,32", "8,32", "16,8", "32,8", "32,4", "64,4", "128,1", "256,1", "4,64", "8,64", "16,64"})
  void operandsOf16x8(int k, int bits) {
    int e = Math.max(1, 32 / bits);
    LinearLayout a = MmaFragment.a(16, k, bits);
    LinearLayout b = MmaFragment.b(k, bits);
    assertTrue(a.isBijective() && b.isBijective());
    assertEquals(k / (2 * e) * e, a.inputSize("register"));
    for (int lane = 0; lane < 32; lane++) {
      int g = lane >> 2;
      int t = lane & 3;
      for (int i = 0; i < a.inputSize("register"); i++) {
        int r = i / e;
        assertArrayEquals(new int[] {g + 8 * (r & 1), e * t + i % e + 4 * e * (r >> 1)}, a.apply(i, lane));
      }
      for (int i = 0; i < b.inputSize("register"); i++) {
        assertArrayEquals(new int[] {e * t + i % e + 4 * e * (i / e), g}, b.apply(i, lane));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"16,8", "32,4", "128,1", "4,64"})
  void operandsOf8x8(int k, int bits) {
    int e = Math.max(1, 32 / bits);
    LinearLayout a = MmaFragment.a(8, k, bits);
    assertTrue(a.isBijective());
    for (int lane = 0; lane < 32; lane++) {
      for (int i = 0; i < e; i++) {
        assertArrayEquals(new int[] {lane >> 2, e * (lane & 3) + i}, a.apply(i, lane));
      }
    }
  }

  @Test
  void accumulators() {
    LinearLayout c = MmaFragment.accumulator(16);
    assertTrue(c.isBijective() && MmaFragment.accumulator(8).isBijective());
    for (int lane = 0; lane < 32; lane++) {
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(new int[] {(lane >> 2) + 8 * (i >> 1), 2 * (lane & 3) + (i & 1)}, c.apply(i, lane));
      }
    }
  }

  /**
   * The accumulators of two neighbouring 8-column tiles, packed in pairs, are the A operand of a 16-bit k16 product.
   */
  @Test
  void accumulatorsOfTwoTilesAreAnOperand() {
    LinearLayout c = MmaFragment.accumulator(16);
    LinearLayout two = c.times(LinearLayout.identity("register", 2, "dim1"));
    assertEquals(MmaFragment.a(16, 16, 16), two);
  }

  @Test
  void impossibleShapesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> MmaFragment.a(16, 8, 8));
    assertThrows(IllegalArgumentException.class, () -> MmaFragment.a(12, 16, 16));
    assertThrows(IllegalArgumentException.class, () -> MmaFragment.b(16, 6));
  }
}
