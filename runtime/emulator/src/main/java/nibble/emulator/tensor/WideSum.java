package nibble.emulator.tensor;

import java.util.Optional;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/**
 * Floating-point operands, summed in double precision and rounded once: what an ideal tensor core would give. For
 * comparing how much the real ones lose.
 */
final class WideSum implements Multiplication {
  private final TileMap aMap;
  private final TileMap bMap;
  private final TileMap cMap;
  private final ElementType aType;
  private final ElementType bType;
  private final Optional<Sparsity> sparsity;

  WideSum(
      TileMap aMap,
      TileMap bMap,
      TileMap cMap,
      ElementType aType,
      ElementType bType,
      Optional<Sparsity> sparsity) {
    this.aMap = aMap;
    this.bMap = bMap;
    this.cMap = cMap;
    this.aType = aType;
    this.bType = bType;
    this.sparsity = sparsity;
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    decode(aMap, aType, words, a, x.a);
    decode(bMap, bType, words, b, x.b);
    Tiles.read(cMap, words, c, x.c);
    Sparsity.places(sparsity, aMap, words, metadata, x.k);
    FloatFormat format = cMap.perRegister() == 2 ? FloatFormat.F16 : FloatFormat.F32;
    int terms = aMap.columns();
    for (int row = 0; row < aMap.rows(); row++) {
      for (int column = 0; column < 8; column++) {
        double sum = format.decode(x.c[row * 8 + column]);
        for (int left = row * terms; left < (row + 1) * terms; left++) {
          sum += x.a[left] * x.b[x.k[left] * 8 + column];
        }
        x.c[row * 8 + column] = format.encode(sum, Rounding.NEAREST_EVEN, false);
      }
    }
    Tiles.write(cMap, words, d, x.c);
  }

  private static void decode(TileMap map, ElementType type, int[] words, int[] registers, double[] values) {
    Tiles.read(map, type.bits(), words, registers, (index, code) -> values[index] = type.value(code));
  }
}
