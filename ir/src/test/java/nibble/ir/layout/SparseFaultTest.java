package nibble.ir.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.format.Formats;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.ir.shape.Shape;

/** Arrays that come from elsewhere: what compression wrote is sound, and what was changed in it is named. */
class SparseFaultTest {
  private static final Shape SHAPE = Shape.of(32, 64);

  private static Map<String, double[]> compressed(SparseLayout layout, long seed) {
    Random random = new Random(seed);
    double[] elements = new double[32 * 64];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = random.nextGaussian();
    }
    boolean[] keep = layout.select(elements, 64);
    for (int i = 0; i < elements.length; i++) {
      elements[i] = keep[i] ? elements[i] : 0;
    }
    ImmutableMap<String, double[]> arrays = layout.compress(elements, SHAPE, Formats.F16);
    Map<String, double[]> copies = new HashMap<>();
    arrays.forEach((name, array) -> copies.put(name, array.clone()));
    return copies;
  }

  @Property(tries = 20)
  void whatCompressionWritesIsSound(@ForAll int seed) {
    for (SparseLayout layout : new SparseLayout[] {
        new NOfM(2, 4), new NOfM(1, 2), new NOfM(4, 8), new VNOfM(16, 2, 8), new VNOfM(32, 2, 16),
        new BlockSparse(16, 8, 1, 4), new PlainMask(1, 4)}) {
      assertEquals(Optional.empty(), layout.fault(compressed(layout, seed), SHAPE, Formats.F16), layout.text());
    }
  }

  /** Row 17, group 5 of 2:4 is in the word of lane 4 * 1 + 2 + 1, bits 4 to 7. */
  @Example
  void codesOutOfOrder() {
    NOfM layout = new NOfM(2, 4);
    Map<String, double[]> arrays = compressed(layout, 1);
    double[] words = arrays.get(StoredArray.METADATA);
    words[7] = (int) words[7] & ~0xF0 | 0x60;
    assertEquals("the metadata of row 17, group 5 is 0x6, whose places 2 and 1 are not in ascending order",
        layout.fault(arrays, SHAPE, Formats.F16).orElseThrow());
    words[7] = (int) words[7] & ~0xF0 | 0x50;
    assertEquals("the metadata of row 17, group 5 is 0x5, whose places 1 and 1 are not in ascending order",
        layout.fault(arrays, SHAPE, Formats.F16).orElseThrow());
  }

  @Example
  void columnsOutOfOrder() {
    VNOfM layout = new VNOfM(16, 2, 8);
    for (double[] wrong : new double[][] {{1, 1, 2, 3}, {3, 2, 4, 5}, {0, 1, 2, 8}, {-1, 0, 1, 2}}) {
      Map<String, double[]> arrays = compressed(layout, 2);
      // The second block of rows, its third group.
      System.arraycopy(wrong, 0, arrays.get(StoredArray.COLUMNS), 4 * (8 + 2), 4);
      assertEquals("the columns of rows 16 to 31, group 2 are " + (long) wrong[0] + ", " + (long) wrong[1] + ", "
          + (long) wrong[2] + ", " + (long) wrong[3] + ", not four of 0 to 7 in ascending order",
          layout.fault(arrays, SHAPE, Formats.F16).orElseThrow());
    }
  }

  @Example
  void blocksOutOfOrder() {
    BlockSparse layout = new BlockSparse(16, 8, 2, 4);
    for (int wrong : new int[] {8, 1, -1}) {
      Map<String, double[]> arrays = compressed(layout, 3);
      double[] columns = arrays.get(StoredArray.COLUMNS);
      System.arraycopy(new double[] {0, 1, 3, 4}, 0, columns, 4, 4);
      columns[6] = wrong;
      assertEquals("block 2 of rows 16 to 31 is said to be block " + wrong
          + ": they are blocks 0 to 7 in ascending order", layout.fault(arrays, SHAPE, Formats.F16).orElseThrow());
    }
  }

  @Example
  void masksThatDoNotCount() {
    PlainMask layout = new PlainMask(1, 4);
    Map<String, double[]> arrays = compressed(layout, 4);
    double[] mask = arrays.get(StoredArray.MASK);
    double[] starts = arrays.get(StoredArray.STARTS);
    starts[7]++;
    assertEquals("the mask of row 3, word 1 (columns 32 to 63) is said to start at element " + (int) starts[7]
        + ", but the words before it have " + (int) (starts[7] - 1),
        layout.fault(arrays, SHAPE, Formats.F16).orElseThrow());
    starts[7]--;
    mask[63] = (int) mask[63] & (int) mask[63] - 1;
    assertEquals("the mask has 511 bits for 512 stored elements",
        layout.fault(arrays, SHAPE, Formats.F16).orElseThrow());
    double[] ofRow = {8};
    assertEquals("the mask of row 0, word 0 (columns 0 to 2) has bits behind the last column",
        new PlainMask(1, 3).fault(
            Map.of(StoredArray.ELEMENTS, new double[1], StoredArray.MASK, ofRow, StoredArray.STARTS, new double[1]),
            Shape.of(3), Formats.F16).orElseThrow());
  }
}
