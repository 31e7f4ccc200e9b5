package nibble.emulator.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every fragment holds every element of its tile once, where the formulas of the PTX ISA, written out per shape, say.
 */
class TileMapTest {
  private record Fragment(String name, TileMap map) {}

  private static final List<Fragment> FRAGMENTS =
      List.of(
          new Fragment("a 16x8 f16", TileMap.a(16, 8, 2)),
          new Fragment("a 16x16 f16", TileMap.a(16, 16, 2)),
          new Fragment("a 16x4 tf32", TileMap.a(16, 4, 1)),
          new Fragment("a 16x8 tf32", TileMap.a(16, 8, 1)),
          new Fragment("a 16x16 s8", TileMap.a(16, 16, 4)),
          new Fragment("a 16x32 s8", TileMap.a(16, 32, 4)),
          new Fragment("a 16x64 s4", TileMap.a(16, 64, 8)),
          new Fragment("a 8x16 s8", TileMap.a(8, 16, 4)),
          new Fragment("a 8x32 s4", TileMap.a(8, 32, 8)),
          new Fragment("a 8x4 f64", TileMap.a(8, 4, 1)),
          new Fragment("a 16x16 f64", TileMap.a(16, 16, 1)),
          new Fragment("b 8x8 f16", TileMap.b(8, 2)),
          new Fragment("b 16x8 f16", TileMap.b(16, 2)),
          new Fragment("b 32x8 s8", TileMap.b(32, 4)),
          new Fragment("b 64x8 s4", TileMap.b(64, 8)),
          new Fragment("b 128x8 s4", TileMap.b(128, 8)),
          new Fragment("c 16x8 f32", TileMap.c(16, 1)),
          new Fragment("c 16x8 f16", TileMap.c(16, 2)),
          new Fragment("c 8x8 s32", TileMap.c(8, 1)));

  @Test
  void isBijection() {
    for (Fragment fragment : FRAGMENTS) {
      TileMap map = fragment.map;
      BitSet seen = new BitSet();
      for (int r = 0; r < map.registers(); r++) {
        for (int lane = 0; lane < 32; lane++) {
          for (int e = 0; e < map.perRegister(); e++) {
            int index = map.index(r, lane, e);
            assertTrue(!seen.get(index), fragment.name + " holds element " + index + " twice");
            seen.set(index);
          }
        }
      }
      assertEquals(map.rows() * map.columns(), seen.cardinality(), fragment.name);
    }
  }

  /** The inverse formulas: which lane and register own an element of A, B and C. */
  @Test
  void inverse() {
    for (int per : List.of(1, 2, 4, 8)) {
      int k = 8 * per;
      TileMap a = TileMap.a(16, k, per);
      for (int row = 0; row < 16; row++) {
        for (int column = 0; column < k; column++) {
          int lane = 4 * (row & 7) + (column / per & 3);
          int register = (row >> 3) + 2 * (column / (4 * per));
          assertEquals(row * k + column, a.index(register, lane, column % per));
        }
      }
      TileMap b = TileMap.b(k, per);
      for (int row = 0; row < k; row++) {
        for (int column = 0; column < 8; column++) {
          int lane = 4 * column + (row / per & 3);
          assertEquals(row * 8 + column, b.index(row / (4 * per), lane, row % per));
        }
      }
    }
    TileMap c = TileMap.c(16, 1);
    for (int row = 0; row < 16; row++) {
      for (int column = 0; column < 8; column++) {
        int lane = 4 * (row & 7) + (column >> 1);
        assertEquals(row * 8 + column, c.index(2 * (row >> 3) + (column & 1), lane, 0));
      }
    }
  }

  /** The table of the PTX ISA for m16n8k16 f16, m16n8k32 s8 and m16n8k8 tf32, element by element. */
  @Test
  void writtenOut() {
    TileMap half = TileMap.a(16, 16, 2);
    TileMap byteMap = TileMap.a(16, 32, 4);
    TileMap tf32 = TileMap.a(16, 8, 1);
    for (int lane = 0; lane < 32; lane++) {
      int g = lane >> 2;
      int t = lane & 3;
      for (int i = 0; i < 8; i++) {
        int row = i < 2 || i >= 4 && i < 6 ? g : g + 8;
        int column = t * 2 + (i & 1) + (i >= 4 ? 8 : 0);
        assertEquals(row * 16 + column, half.index(i / 2, lane, i % 2), "a" + i);
      }
      for (int i = 0; i < 16; i++) {
        int row = i < 4 || i >= 8 && i < 12 ? g : g + 8;
        int column = t * 4 + (i & 3) + (i >= 8 ? 16 : 0);
        assertEquals(row * 32 + column, byteMap.index(i / 4, lane, i % 4), "a" + i);
      }
      for (int i = 0; i < 4; i++) {
        int row = i == 0 || i == 2 ? g : g + 8;
        int column = t + (i >= 2 ? 4 : 0);
        assertEquals(row * 8 + column, tf32.index(i, lane, 0), "a" + i);
      }
    }
  }
}
