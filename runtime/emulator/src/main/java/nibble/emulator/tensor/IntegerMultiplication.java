package nibble.emulator.tensor;

import java.util.Optional;

/** Integer operands, summed exactly; the sum wraps to 32 bits or saturates. */
final class IntegerMultiplication implements Multiplication {
  private final TileMap aMap;
  private final TileMap bMap;
  private final TileMap cMap;
  private final ElementType aType;
  private final ElementType bType;
  private final boolean saturates;
  private final Optional<Sparsity> sparsity;

  IntegerMultiplication(
      TileMap aMap,
      TileMap bMap,
      TileMap cMap,
      ElementType aType,
      ElementType bType,
      boolean saturates,
      Optional<Sparsity> sparsity) {
    this.aMap = aMap;
    this.bMap = bMap;
    this.cMap = cMap;
    this.aType = aType;
    this.bType = bType;
    this.saturates = saturates;
    this.sparsity = sparsity;
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    Tiles.read(aMap, aType.bits(), words, a, (index, code) -> x.aInteger[index] = aType.integer(code));
    Tiles.read(bMap, bType.bits(), words, b, (index, code) -> x.bInteger[index] = bType.integer(code));
    Tiles.read(cMap, words, c, x.c);
    Sparsity.places(sparsity, aMap, words, metadata, x.k);
    int terms = aMap.columns();
    for (int row = 0; row < aMap.rows(); row++) {
      for (int column = 0; column < 8; column++) {
        long sum = x.c[row * 8 + column];
        for (int left = row * terms; left < (row + 1) * terms; left++) {
          sum += x.aInteger[left] * x.bInteger[x.k[left] * 8 + column];
        }
        x.c[row * 8 + column] =
            saturates ? Math.clamp(sum, Integer.MIN_VALUE, Integer.MAX_VALUE) : (int) sum;
      }
    }
    Tiles.write(cMap, words, d, x.c);
  }
}
