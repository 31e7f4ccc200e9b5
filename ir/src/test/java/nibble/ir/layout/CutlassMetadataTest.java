package nibble.ir.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.shape.Shape;

class CutlassMetadataTest {
  private static final SparseLayout LAYOUT = new NOfM(2, 4);
  /** Codes of the pairs of kept columns, as PyTorch's converter has them. */
  private static final int[][] PAIRS = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  private static final int[] CODES = {0x4, 0x8, 0xC, 0x9, 0xD, 0xE};

  private static double[] pruned(int rows, int columns, long seed) {
    Random random = new Random(seed);
    double[] matrix = new double[rows * columns];
    for (int first = 0; first < matrix.length; first += 4) {
      for (int at : PAIRS[random.nextInt(PAIRS.length)]) {
        matrix[first + at] = 1 + random.nextInt(7);
      }
    }
    return matrix;
  }

  /** Codes of each row from its elements, by the description: i0 | i1 shl 2, four or eight to an element. */
  private static long[] described(double[] matrix, int rows, int columns, int perElement) {
    long[] elements = new long[rows * columns / 4 / perElement];
    for (int group = 0; group < matrix.length / 4; group++) {
      int[] kept = new int[2];
      int count = 0;
      for (int i = 0; i < 4; i++) {
        if (matrix[4 * group + i] != 0) {
          kept[count++] = i;
        }
      }
      int pair = 0;
      while (!Arrays.equals(PAIRS[pair], kept)) {
        pair++;
      }
      elements[group / perElement] |= (long) CODES[pair] << 4 * (group % perElement);
    }
    return elements;
  }

  @Property(tries = 40)
  void elementsAreAsDescribedAndComeBack(
      @ForAll int seed, @ForAll @IntRange(min = 1, max = 3) int rowTiles,
      @ForAll @IntRange(min = 1, max = 3) int columnTiles,
      @ForAll boolean bytes) {
    NumberFormat format = bytes ? Formats.I8 : Formats.F16;
    int perElement = bytes ? 8 : 4;
    int rows = 32 * rowTiles;
    int columns = (bytes ? 128 : 64) * columnTiles;
    double[] matrix = pruned(rows, columns, seed);
    double[] words = LAYOUT.compress(matrix, Shape.of(rows, columns), format).get(StoredArray.METADATA);
    CutlassMetadata metadata = new CutlassMetadata(rows, columns / 4, format);
    long[] plain = metadata.plain(words);
    assertArrayEquals(described(matrix, rows, columns, perElement), plain);
    assertArrayEquals(words, metadata.words(plain));
    assertArrayEquals(plain, metadata.restore(metadata.reorder(plain)));
  }

  /**
   * Read as words of 32 bits, the reordered elements are the words of our tiles: those of 32 rows lie together, for
   * each pair of columns of elements.
   */
  @Property(tries = 20)
  void reorderedElementsAreTheWordsOfTiles(@ForAll int seed, @ForAll @IntRange(min = 1, max = 3) int columnTiles) {
    int rows = 64;
    int columns = 64 * columnTiles;
    double[] words = LAYOUT.compress(pruned(rows, columns, seed), Shape.of(rows, columns), Formats.F16)
        .get(StoredArray.METADATA);
    CutlassMetadata metadata = new CutlassMetadata(rows, columns / 4, Formats.F16);
    long[] reordered = metadata.reorder(metadata.plain(words));
    int pairs = metadata.columns() / 2;
    for (int pair = 0; pair < pairs; pair++) {
      for (int slab = 0; slab < rows / 32; slab++) {
        for (int lane = 0; lane < 32; lane++) {
          int at = pair * 2 * rows + 2 * (32 * slab + lane);
          int word = (int) (reordered[at] | reordered[at + 1] << 16);
          assertEquals((int) words[(slab * pairs + pair) * 32 + lane], word);
        }
      }
    }
  }

  /**
   * As PyTorch's converter has floats: a group of two is one of four 16-bit halves, of which two neighbours are kept.
   */
  @Property(tries = 20)
  void groupsOfTwoAreThoseOfFourHalves(@ForAll int seed, @ForAll @IntRange(min = 1, max = 3) int columnTiles) {
    Random random = new Random(seed);
    int columns = 32 * columnTiles;
    double[] singles = new double[32 * columns];
    double[] halves = new double[2 * singles.length];
    for (int group = 0; group < singles.length / 2; group++) {
      int at = 2 * group + random.nextInt(2);
      singles[at] = 1;
      halves[2 * at] = 1;
      halves[2 * at + 1] = 1;
    }
    double[] words = new NOfM(1, 2).compress(singles, Shape.of(32, columns), Formats.TF32).get(StoredArray.METADATA);
    CutlassMetadata metadata = new CutlassMetadata(32, columns / 2, Formats.TF32);
    long[] plain = metadata.plain(words);
    assertArrayEquals(described(halves, 32, 2 * columns, 4), plain);
    assertArrayEquals(words, metadata.words(plain));
    assertArrayEquals(plain, metadata.restore(metadata.reorder(plain)));
  }

  @Example
  void whatKernelsDoNotTakeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new CutlassMetadata(16, 16, Formats.F16));
    assertThrows(IllegalArgumentException.class, () -> new CutlassMetadata(32, 16, Formats.I8));
    assertThrows(IllegalArgumentException.class, () -> new CutlassMetadata(32, 16, Formats.I32));
    assertThrows(IllegalArgumentException.class, () -> new CutlassMetadata(32, 8, Formats.F32));
    assertThrows(IllegalArgumentException.class, () -> new CutlassMetadata(32, 16, Formats.F16).words(new long[3]));
  }
}
