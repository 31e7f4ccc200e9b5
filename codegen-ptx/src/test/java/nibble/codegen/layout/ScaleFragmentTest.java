package nibble.codegen.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScaleFragmentTest {
  /** PTX ISA 9.7.14.3: of each quad, lanes 2i and 2i + 1 supply the scales of rows 0 to 7 and 8 to 15 of tile i. */
  @Test
  void scalesOfA() {
    LinearLayout layout = ScaleFragment.a(128, 2, 2, 4);
    for (int warp = 0; warp < 4; warp++) {
      for (int tile = 0; tile < 4; tile++) {
        for (int row = 0; row < 16; row++) {
          for (int group = 0; group < 4; group++) {
            int lane = 4 * (row & 7) + 2 * (tile % 2) + (row >> 3);
            // Warps take turns at tiles of 16 rows.
            check(layout, warp, lane, 4 * (tile / 2) + group, 32 * tile + 16 * (warp % 2) + row, group);
          }
        }
      }
    }
  }

  /** The same section: lane i of each quad supplies the scales of the columns of tile i. */
  @Test
  void scalesOfB() {
    LinearLayout layout = ScaleFragment.b(128, 2, 2, 16);
    for (int warp = 0; warp < 4; warp++) {
      for (int tile = 0; tile < 8; tile++) {
        for (int column = 0; column < 8; column++) {
          for (int group = 0; group < 16; group++) {
            int lane = 4 * column + tile % 4;
            check(layout, warp, lane, 16 * (tile / 4) + group, 64 * (warp / 2) + 8 * tile + column, group);
          }
        }
      }
    }
  }

  /** A warp with one tile of rows holds its scales twice. */
  @Test
  void fewTiles() {
    LinearLayout layout = ScaleFragment.a(64, 4, 1, 4);
    check(layout, 3, 4 * 5 + 1, 2, 48 + 13, 2);
    check(layout, 3, 4 * 5 + 3, 2, 48 + 13, 2);
  }

  private static void check(LinearLayout layout, int warp, int lane, int register, int row, int group) {
    Map<String, Integer> at = layout.apply(
        Map.of(Dimension.REGISTER, register, Dimension.LANE, lane, Dimension.WARP, warp));
    assertEquals(Map.of(Dimension.tensor(0), row, Dimension.tensor(1), group), at);
  }
}
