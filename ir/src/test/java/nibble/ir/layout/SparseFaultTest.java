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
        new NOfM(2, 4), new NOfM(1, 2), new NOfM(4, 8), new VNOfM(16, 2, 8), new VNOfM(32, 2, 16)}) {
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
}
