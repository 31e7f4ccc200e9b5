package nibble.emulator.tensor;

/** Bits: counts where the operands' rows and columns differ, or where both are set. */
final class BitMultiplication implements Multiplication {
  private final TileMap aMap;
  private final TileMap bMap;
  private final TileMap cMap;
  private final boolean isXor;

  /** The maps of {@code a} and {@code b} are those of words of 32 bits. */
  BitMultiplication(TileMap aMap, TileMap bMap, TileMap cMap, boolean isXor) {
    this.aMap = aMap;
    this.bMap = bMap;
    this.cMap = cMap;
    this.isXor = isXor;
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch x) {
    Tiles.read(aMap, words, a, x.aInteger);
    Tiles.read(bMap, words, b, x.bInteger);
    Tiles.read(cMap, words, c, x.c);
    int terms = aMap.columns();
    for (int row = 0; row < aMap.rows(); row++) {
      for (int column = 0; column < 8; column++) {
        int sum = x.c[row * 8 + column];
        for (int i = 0; i < terms; i++) {
          int left = x.aInteger[row * terms + i];
          int right = x.bInteger[i * 8 + column];
          sum += Integer.bitCount(isXor ? left ^ right : left & right);
        }
        x.c[row * 8 + column] = sum;
      }
    }
    Tiles.write(cMap, words, d, x.c);
  }
}
