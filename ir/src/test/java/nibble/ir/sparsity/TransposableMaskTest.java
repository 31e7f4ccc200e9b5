package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.format.Formats;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.shape.Shape;

class TransposableMaskTest {
  /** All masks of a 4 x 4 block with two ones in every row and column, rows in descending order, by four loops. */
  private static List<boolean[]> masks() {
    int[][] rows = {{1, 1, 0, 0}, {1, 0, 1, 0}, {1, 0, 0, 1}, {0, 1, 1, 0}, {0, 1, 0, 1}, {0, 0, 1, 1}};
    List<boolean[]> masks = new ArrayList<>();
    for (int[] a : rows) {
      for (int[] b : rows) {
        for (int[] c : rows) {
          for (int[] d : rows) {
            boolean[] mask = new boolean[16];
            boolean fits = true;
            for (int i = 0; i < 4; i++) {
              fits &= a[i] + b[i] + c[i] + d[i] == 2;
              mask[i] = a[i] == 1;
              mask[4 + i] = b[i] == 1;
              mask[8 + i] = c[i] == 1;
              mask[12 + i] = d[i] == 1;
            }
            if (fits) {
              masks.add(mask);
            }
          }
        }
      }
    }
    return masks;
  }

  private static double kept(boolean[] mask, double[] block) {
    double sum = 0;
    for (int i = 0; i < 16; i++) {
      sum += mask[i] ? Math.abs(block[i]) : 0;
    }
    return sum;
  }

  @Example
  void thereAreNinety() {
    assertEquals(90, TransposableMask.PATTERNS.size());
    assertEquals(0xCC33, TransposableMask.PATTERNS.getFirst());
    assertEquals(0x33CC, TransposableMask.PATTERNS.getLast());
    assertEquals(90, masks().size());
  }

  /** Small integers, whose sums are exact and often equal. */
  @Property(tries = 500)
  void theSearchIsThatOfBruteForce(@ForAll long seed) {
    Random random = new Random(seed);
    int most = 1 + random.nextInt(20);
    double[] block = random.ints(16, -most, most + 1).asDoubleStream().toArray();
    boolean[] best = masks().getFirst();
    for (boolean[] mask : masks()) {
      best = kept(mask, block) > kept(best, block) ? mask : best;
    }
    assertArrayEquals(best, TransposableMask.select(block, 4));
  }

  @Property(tries = 100)
  void itFitsTheMatrixAndItsTranspose(@ForAll long seed) {
    int rows = 8;
    int columns = 12;
    double[] elements = new Random(seed).doubles(rows * columns, -1, 1).toArray();
    boolean[] keep = TransposableMask.select(elements, columns);
    double[] pruned = new double[elements.length];
    double[] transposed = new double[elements.length];
    for (int i = 0; i < pruned.length; i++) {
      pruned[i] = keep[i] ? elements[i] : 0;
      transposed[i % columns * rows + i / columns] = pruned[i];
    }
    SparseLayouts.NOfM layout = new SparseLayouts.NOfM(2, 4);
    for (var matrix : List.of(pruned, transposed)) {
      Shape shape = matrix == pruned ? Shape.of(rows, columns) : Shape.of(columns, rows);
      assertArrayEquals(
          matrix, layout.decompress(layout.compress(matrix, shape, Formats.BF16), shape, Formats.BF16));
    }
    // Without ties the mask of the transpose is the transpose of the mask.
    double[] turned = new double[elements.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i % columns * rows + i / columns] = elements[i];
    }
    boolean[] other = TransposableMask.select(turned, rows);
    for (int i = 0; i < keep.length; i++) {
      assertEquals(keep[i], other[i % columns * rows + i / columns]);
    }
  }

  @Example
  void numbersThatAreNone() {
    double[] block = new double[16];
    block[5] = Double.NaN;
    block[0] = Double.POSITIVE_INFINITY;
    boolean[] keep = TransposableMask.select(block, 4);
    assertTrue(keep[5]);
    block[5] = 1;
    assertTrue(TransposableMask.select(block, 4)[0]);
    assertFalse(TransposableMask.select(new double[16], 4)[2], "all equal: the first pattern");
  }

  @Example
  void aMatrixOfOtherSizesIsRefused() {
    assertEquals(
        "a transposable mask needs rows and columns in fours, not 2 and 6",
        assertThrows(IllegalArgumentException.class, () -> TransposableMask.select(new double[12], 6)).getMessage());
  }
}
