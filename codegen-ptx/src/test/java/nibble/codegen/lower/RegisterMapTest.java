package nibble.codegen.lower;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;
import nibble.codegen.tile.Projection;
import nibble.codegen.tile.TileType;
import nibble.ir.format.Formats;
import org.junit.jupiter.api.Test;

class RegisterMapTest {
  private static TileType tile(LinearLayout layout) {
    return new TileType(Formats.F32, layout);
  }

  private static final LinearLayout BLOCKED =
      BlockedLayout.of(new int[] {2, 4}, new int[] {8, 4}, new int[] {2, 2}, 1, 0).toLayout(64, 64);

  @Test
  void coordinatesAreThoseOfTheLayout() {
    for (LinearLayout layout : new LinearLayout[] {BLOCKED, MmaFragment.accumulator(16)}) {
      int[][] coordinates = RegisterMap.coordinates(tile(layout));
      for (int register = 0; register < coordinates.length; register++) {
        Map<String, Integer> at = layout.apply(Map.of("register", register));
        assertArrayEquals(new int[] {at.get("dim0"), at.get("dim1")}, coordinates[register]);
      }
    }
  }

  @Test
  void aProjectedTileRepeats() {
    for (int axis = 0; axis < 2; axis++) {
      TileType small = tile(Projection.project(BLOCKED, axis));
      int[] targets = RegisterMap.targets(tile(BLOCKED), small);
      int[][] large = RegisterMap.coordinates(tile(BLOCKED));
      int[][] there = RegisterMap.coordinates(small);
      for (int register = 0; register < targets.length; register++) {
        assertEquals(large[register][1 - axis], there[targets[register]][1 - axis]);
        assertEquals(0, there[targets[register]][axis]);
      }
    }
  }

  @Test
  void aTileOfOtherThreadsIsRefused() {
    TileType other =
        tile(BlockedLayout.of(new int[] {1, 1}, new int[] {8, 4}, new int[] {2, 2}, 1, 0).toLayout(64, 64));
    assertThrows(IllegalStateException.class, () -> RegisterMap.targets(tile(BLOCKED), other));
  }
}
