package nibble.emulator.tensor;

import static nibble.emulator.lane.Lanes.WARP;

import nibble.emulator.format.DirectedDoubles;
import nibble.emulator.format.Rounding;

/** Double precision: fused multiply-adds in the order of {@code k}, each rounded. */
final class DoubleMultiplication implements Multiplication {
  private final TileMap aMap;
  private final TileMap bMap;
  private final TileMap cMap;
  private final Rounding rounding;

  DoubleMultiplication(TileMap aMap, TileMap bMap, TileMap cMap, Rounding rounding) {
    this.aMap = aMap;
    this.bMap = bMap;
    this.cMap = cMap;
    this.rounding = rounding;
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    read(aMap, longs, a, x.a);
    read(bMap, longs, b, x.b);
    int terms = aMap.columns();
    for (int r = 0; r < cMap.registers(); r++) {
      for (int lane = 0; lane < WARP; lane++) {
        x.wideC[cMap.index(r, lane, 0)] = longs[c[r] + lane];
      }
    }
    for (int row = 0; row < aMap.rows(); row++) {
      for (int column = 0; column < 8; column++) {
        double sum = Double.longBitsToDouble(x.wideC[row * 8 + column]);
        for (int i = 0; i < terms; i++) {
          sum = add(x.a[row * terms + i], x.b[i * 8 + column], sum);
        }
        x.wideC[row * 8 + column] = Double.doubleToRawLongBits(sum);
      }
    }
    for (int r = 0; r < cMap.registers(); r++) {
      for (int lane = 0; lane < WARP; lane++) {
        longs[d[r] + lane] = x.wideC[cMap.index(r, lane, 0)];
      }
    }
  }

  private double add(double a, double b, double sum) {
    return rounding == Rounding.NEAREST_EVEN ? Math.fma(a, b, sum) : DirectedDoubles.multiplyAdd(a, b, sum, rounding);
  }

  private static void read(TileMap map, long[] longs, int[] registers, double[] matrix) {
    for (int r = 0; r < map.registers(); r++) {
      for (int lane = 0; lane < WARP; lane++) {
        matrix[map.index(r, lane, 0)] = Double.longBitsToDouble(longs[registers[r] + lane]);
      }
    }
  }
}
