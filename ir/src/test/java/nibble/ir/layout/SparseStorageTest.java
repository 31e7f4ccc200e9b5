package nibble.ir.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.ir.shape.Shape;

class SparseStorageTest {
  private static final SparseLayout TWO_OF_FOUR = new NOfM(2, 4);

  /** A layout, and a shape that it fits. */
  record Case(SparseLayout layout, Shape shape, NumberFormat format) {}

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<SparseLayout> layouts = Arbitraries.of(
        TWO_OF_FOUR, new NOfM(1, 2), new NOfM(4, 8), new VNOfM(1, 2, 4), new VNOfM(2, 2, 5), new VNOfM(16, 2, 8),
        new VNOfM(4, 2, 300), new BlockSparse(4, 3, 1, 2), new BlockSparse(1, 8, 2, 3), new BlockSparse(16, 4, 1, 4),
        new PlainMask(1, 4), new PlainMask(2, 3));
    Arbitrary<NumberFormat> formats = Arbitraries.of(Formats.F16, Formats.F32, Formats.I8, Formats.E4M3, Formats.I4);
    Arbitrary<List<Integer>> sizes = Arbitraries.integers().between(1, 3).list().ofSize(3);
    return Combinators.combine(layouts, formats, sizes, Arbitraries.integers().between(1, 3)).as(
        (layout, format, counts, rank) -> new Case(layout, shape(layout, counts, rank), format));
  }

  /** Rows of N:M are no multiple of anything. */
  private static Shape shape(SparseLayout layout, List<Integer> counts, int rank) {
    List<Long> numbers = layout.numbers();
    boolean inBlocks = numbers.size() > 2;
    long width = numbers.getLast() * (numbers.size() == 4 ? numbers.get(1) : 1);
    long columns = width * (counts.get(2) * 7 - 6);
    long rows = inBlocks ? numbers.getFirst() * counts.get(1) : counts.get(1) * 13;
    return switch (numbers.getFirst() > 1 && inBlocks ? Math.max(2, rank) : rank) {
      case 1 -> Shape.of(columns);
      case 2 -> Shape.of(rows, columns);
      default -> Shape.of(counts.getFirst(), rows, columns);
    };
  }

  /** Numbers of few magnitudes, so that many are equal, with zeros and what is no number. */
  private static double[] elements(Shape shape, long seed) {
    Random random = new Random(seed);
    double zeros = random.nextDouble();
    double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE};
    return random.doubles(shape.size().constant())
        .map(x -> x < zeros ? 0 : random.nextInt(40) == 0 ? special[random.nextInt(4)] : random.nextInt(9) - 4)
        .map(x -> x == 0 ? 0.0 : x).toArray();
  }

  private static double[] pruned(Case given, double[] elements) {
    boolean[] keep = given.layout.select(elements, (int) given.shape.last().constant());
    double[] pruned = elements.clone();
    for (int i = 0; i < pruned.length; i++) {
      pruned[i] = keep[i] ? pruned[i] : 0;
    }
    return pruned;
  }

  @Property(tries = 300)
  void whatIsCompressedComesBack(@ForAll("cases") Case given, @ForAll long seed) {
    double[] pruned = pruned(given, elements(given.shape, seed));
    Map<String, double[]> arrays = given.layout.compress(pruned, given.shape, given.format);
    for (StoredArray array : given.layout.arrays(given.shape, given.format)) {
      assertEquals(array.shape().size().constant(), arrays.get(array.name()).length, array.name());
    }
    assertEquals(given.layout.arrays(given.shape, given.format).size(), arrays.size());
    assertArrayEquals(pruned, given.layout.decompress(arrays, given.shape, given.format));
  }

  /** A second pruning keeps all that the first one did. */
  @Property(tries = 200)
  void pruningTwiceIsPruningOnce(@ForAll("cases") Case given, @ForAll long seed) {
    double[] pruned = pruned(given, elements(given.shape, seed));
    assertArrayEquals(pruned, pruned(given, pruned));
  }

  @Property(tries = 200)
  void oneElementTooManyIsRefused(@ForAll("cases") Case given, @ForAll long seed) {
    double[] elements = elements(given.shape, seed);
    Arrays.setAll(elements, i -> elements[i] == 0 ? 1 : elements[i]);
    boolean[] keep = given.layout.select(elements, (int) given.shape.last().constant());
    double[] pruned = pruned(given, elements);
    int dropped = new Random(seed).nextInt(pruned.length);
    while (keep[dropped]) {
      dropped = (dropped + 1) % pruned.length;
    }
    pruned[dropped] = elements[dropped];
    String message = assertThrows(
        IllegalArgumentException.class, () -> given.layout.compress(pruned, given.shape, given.format)).getMessage();
    assertTrue(message.contains("has no place for the element"), message);
  }

  @Example
  void theRefusalSaysWhere() {
    assertEquals(
        "sparse<2:4> has no place for the element 1.0 in row 1, group 1 (columns 4 to 7): the tensor is to be pruned"
            + " first",
        assertThrows(IllegalArgumentException.class, () -> TWO_OF_FOUR.compress(
            new double[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 0}, Shape.of(2, 8), Formats.F16)).getMessage());
    assertEquals(
        "sparse<2:2:8> has no place for the element 1.0 in row 1, group 0 (columns 0 to 7): the tensor is to be pruned"
            + " first",
        assertThrows(IllegalArgumentException.class, () -> new VNOfM(2, 2, 8).compress(
            new double[] {0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 9, 0}, Shape.of(2, 8), Formats.F16)).getMessage());
  }

  @Example
  void refusalsOfBlocksAndMasksSayWhere() {
    double[] elements = {0, 9, 0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 1, 0, 0};
    assertEquals(
        "sparse<block(2,2) 1:4> has no place for the element 1.0 in row 1, block 2 of row of blocks 0 (rows 0 to 1,"
            + " columns 4 to 5): the tensor is to be pruned first",
        assertThrows(IllegalArgumentException.class, () -> new BlockSparse(2, 2, 1, 4).compress(
            elements, Shape.of(2, 8), Formats.F16)).getMessage());
    assertEquals(
        "sparse<mask 1:8> has no place for the element 9.0 in row 0, column 1: more than 2 of the 16 elements are not"
            + " zero: the tensor is to be pruned first",
        assertThrows(IllegalArgumentException.class, () -> new PlainMask(1, 8).compress(
            elements, Shape.of(2, 8), Formats.F16)).getMessage());
  }

  /** Kept blocks lie side by side; a row of blocks with fewer than are kept is filled with the last of the zeros. */
  @Example
  void keptBlocks() {
    double[] elements = {
        0, 0, 1, 2, 0, 0, 5, 6,
        0, 0, 3, 4, 0, 0, 7, 8,
        0, 9, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0};
    Map<String, double[]> arrays = new BlockSparse(2, 2, 2, 4).compress(elements, Shape.of(4, 8), Formats.F16);
    assertArrayEquals(new double[] {1, 3, 0, 3}, arrays.get(StoredArray.COLUMNS));
    assertArrayEquals(
        new double[] {1, 2, 5, 6, 3, 4, 7, 8, 0, 9, 0, 0, 0, 0, 0, 0}, arrays.get(StoredArray.ELEMENTS));
  }

  /** Two words to a row, the second of 4 bits; fewer than are kept are filled with the last zeros. */
  @Example
  void bitsOfAMask() {
    double[] elements = new double[2 * 36];
    elements[1] = 5;
    elements[35] = -6;
    elements[36] = 7;
    Map<String, double[]> arrays = new PlainMask(1, 18).compress(elements, Shape.of(2, 36), Formats.F16);
    assertArrayEquals(new double[] {5, -6, 7, 0}, arrays.get(StoredArray.ELEMENTS));
    assertArrayEquals(new double[] {2, 8, 1, 8}, arrays.get(StoredArray.MASK));
    assertArrayEquals(new double[] {0, 1, 2, 3}, arrays.get(StoredArray.STARTS));
  }

  /** Codes of the specification, and of what other encoders make of groups with fewer elements. */
  @Example
  void codesOfGroups() {
    Map<String, Integer> codes = ImmutableMap.<String, Integer>builder()
        .put("1100", 0x4).put("1010", 0x8).put("1001", 0xC).put("0110", 0x9).put("0101", 0xD).put("0011", 0xE)
        .put("0000", 0xE).put("0001", 0xE).put("0010", 0xE).put("0100", 0xD).put("1000", 0xC).buildOrThrow();
    codes.forEach((group, code) -> {
      double[] elements = group.chars().mapToDouble(bit -> bit - '0').toArray();
      assertEquals(0xEEEE_EEE0 | code, word(TWO_OF_FOUR, elements, Formats.F16), group);
      assertEquals(0xEEEE_EEE0 | code, word(TWO_OF_FOUR, elements, Formats.I8), group);
      double[] pairs = group.chars().flatMap(bit -> Arrays.stream(new int[] {bit, bit})).mapToDouble(bit -> bit - '0')
          .toArray();
      assertEquals(0xEEEE_EEE0 | code, word(new NOfM(4, 8), pairs, Formats.I4), group);
    });
    assertEquals(0xEEEE_EEE4, word(new NOfM(1, 2), new double[] {1, 0}, Formats.F32));
    assertEquals(0xEEEE_EEEE, word(new NOfM(1, 2), new double[] {0, 1}, Formats.F32));
  }

  private static int word(SparseLayout layout, double[] elements, NumberFormat format) {
    Shape shape = Shape.of(elements.length);
    return (int) layout.compress(elements, shape, format).get(StoredArray.METADATA)[0];
  }

  /** The kept columns of the paper's format: ascending, and the index counts within the four. */
  @Example
  void aVenomBlock() {
    double[] block = {
        0, 5, 0, 0, 0, 0, 1, 0,
        0, 0, 0, 2, 0, 0, 3, 0};
    Map<String, double[]> arrays = new VNOfM(2, 2, 8).compress(block, Shape.of(2, 8), Formats.F16);
    assertArrayEquals(new double[] {1, 3, 6, 7}, arrays.get(StoredArray.COLUMNS));
    assertArrayEquals(new double[] {5, 1, 2, 3}, arrays.get(StoredArray.ELEMENTS));
    double[] words = arrays.get(StoredArray.METADATA);
    assertEquals(0xEEEE_EEE8, (int) words[0], "kept columns 0 and 2 of four");
    assertEquals(0xEEEE_EEE9, (int) words[4], "kept columns 1 and 2 of four");
  }

  /**
   * The operand of each lane by the table of the instruction: {@code m16n8k32} of 16-bit elements reads lanes
   * {@code 4 g + 2 f + group / 4}, {@code m16n8k64} of bytes {@code 4 g + 2 (group / 8) + half}.
   */
  @Property(tries = 50)
  void lanesReadTheirOperands(@ForAll long seed) {
    int rows = 64;
    int columns = 128;
    Shape shape = Shape.of(rows, columns);
    double[] pruned = pruned(new Case(TWO_OF_FOUR, shape, Formats.F16), elements(shape, seed));
    double[] halves = TWO_OF_FOUR.compress(pruned, shape, Formats.F16).get(StoredArray.METADATA);
    double[] bytes = TWO_OF_FOUR.compress(pruned, shape, Formats.I8).get(StoredArray.METADATA);
    for (int row = 0; row < rows; row++) {
      int g = row % 8;
      int half = row / 8 % 2;
      for (int group = 0; group < columns / 4; group++) {
        int q = group % 8;
        int laneOfHalves = 4 * g + 2 * (row / 16 % 2) + (q >> 2);
        int wordOfHalves = (row / 32 * (columns / 32) + group / 8) * 32 + laneOfHalves;
        int code = (int) halves[wordOfHalves] >>> 16 * half + 4 * (q & 3) & 0xF;
        requireCode(code, pruned, row * columns + 4 * group);
        q = group % 16;
        int laneOfBytes = 4 * g + 2 * (q >> 3) + half;
        int wordOfBytes = (row / 16 * (columns / 64) + group / 16) * 32 + laneOfBytes;
        assertEquals(code, (int) bytes[wordOfBytes] >>> 4 * (q & 7) & 0xF);
      }
    }
  }

  private static void requireCode(int code, double[] pruned, int first) {
    int one = code & 3;
    int other = code >> 2;
    assertTrue(one < other, "indices ascend");
    for (int i = 0; i < 4; i++) {
      assertTrue(i == one || i == other || pruned[first + i] == 0);
    }
  }

  /** Tiles have the words of the reordered metadata of CUTLASS, whose columns of tiles lie one after another. */
  @Property(tries = 20)
  void tilesAreThoseOfCutlass(@ForAll long seed) {
    int rows = 64;
    int columns = 128;
    Shape shape = Shape.of(rows, columns);
    double[] pruned = pruned(new Case(TWO_OF_FOUR, shape, Formats.F16), elements(shape, seed));
    for (NumberFormat format : List.of(Formats.F16, Formats.I8)) {
      boolean isByte = format.bits() == 8;
      int codes = isByte ? 8 : 4;
      int rowsOfTile = isByte ? 16 : 32;
      int tilesAcross = columns / (isByte ? 64 : 32);
      double[] words = TWO_OF_FOUR.compress(pruned, shape, format).get(StoredArray.METADATA);
      for (int row = 0; row < rows; row++) {
        for (int c = 0; c < columns / 4 / codes; c++) {
          int offset = reordered(row, c, rows, rowsOfTile, isByte ? 2 : 4);
          int tileElements = rowsOfTile * 2;
          int columnPair = offset / (2 * rows);
          int rowTile = offset % (2 * rows) / tileElements;
          int within = offset % tileElements;
          int word = (rowTile * tilesAcross + columnPair) * 32 + (isByte ? within : within / 2);
          int element = isByte ? (int) words[word] : (int) words[word] >>> 16 * (within % 2) & 0xFFFF;
          for (int i = 0; i < codes; i++) {
            requireCode(element >>> 4 * i & 0xF, pruned, row * columns + (c * codes + i) * 4);
          }
        }
      }
    }
  }

  /** The offset, in elements of metadata, of CUTLASS's {@code reorder_meta} and its interleaved layout. */
  private static int reordered(int row, int column, int rows, int group, int weave) {
    int r = row / group * group + row % 8 * weave + row % group / 8;
    int c = column;
    if (r % 2 == 0 && c % 2 == 1) {
      r++;
      c--;
    } else if (r % 2 == 1 && c % 2 == 0) {
      r--;
      c++;
    }
    return c / 2 * (2 * rows) + r * 2 + c % 2;
  }

  @Example
  void aZeroThatIsNotStoredLosesItsSign() {
    Shape shape = Shape.of(4);
    double[] back = TWO_OF_FOUR.decompress(
        TWO_OF_FOUR.compress(new double[] {-0.0, 1, 2, 0}, shape, Formats.F16), shape, Formats.F16);
    assertEquals(0, Double.compare(0.0, back[0]));
  }
}
