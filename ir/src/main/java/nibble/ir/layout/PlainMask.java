package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Sparse without structure: {@code n} of {@code m} elements of the tensor are stored, wherever they are, and a bit for
 * each element says which. Pruned by magnitude, the largest of the whole tensor are kept.
 *
 * <pre>
 * elements   [size * n / m], in row-major order
 * mask       [.., R, ceil(K / 32)], bit i of word w is column 32 w + i
 * starts     [.., R, ceil(K / 32)], how many elements are stored before those of a word, i32
 * </pre>
 *
 * @param n of so many elements are stored
 * @param m elements
 */
public record PlainMask(long n, long m) implements SparseLayout {
  /** Bits of a word of the mask. */
  public static final int WORD = 32;

  static final String KEYWORD = "mask";

  public PlainMask {
    if (n < 1 || m <= n) {
      throw new IllegalArgumentException("of " + m + " elements fewer than all and at least one are kept, not " + n);
    }
  }

  @Override
  public ImmutableList<Long> numbers() {
    return ImmutableList.of(n, m);
  }

  @Override
  public String keyword() {
    return KEYWORD;
  }

  @Override
  public String text() {
    return KEYWORD + " " + n + ":" + m;
  }

  @Override
  public String summary() {
    return "a plain mask: N of M elements of the tensor are stored, wherever they are";
  }

  @Override
  public Optional<String> rejects(Shape shape) {
    if (shape.rank() < 1) {
      return Optional.of("it needs at least 1 axes");
    }
    return shape.size().dividedBy(Dim.of(m)).isPresent()
        ? Optional.empty() : Optional.of("its " + shape.size() + " elements are no multiple of " + m);
  }

  private int kept(int elements) {
    return Math.toIntExact(elements / m * n);
  }

  @Override
  public boolean[] select(double[] elements, int columns) {
    boolean[] keep = new boolean[elements.length];
    if (elements.length == 0) {
      return keep;
    }
    double[] magnitudes = Arrays.stream(elements).map(Math::abs).toArray();
    double[] sorted = magnitudes.clone();
    Arrays.sort(sorted);
    double least = sorted[elements.length - kept(elements.length)];
    // Of those that are as large as the least kept one, so many are kept: the last ones.
    long equal = Arrays.stream(sorted, elements.length - kept(elements.length), elements.length)
        .filter(magnitude -> Double.compare(magnitude, least) == 0).count();
    for (int i = elements.length - 1; i >= 0; i--) {
      int order = Double.compare(magnitudes[i], least);
      keep[i] = order > 0 || order == 0 && equal-- > 0;
    }
    return keep;
  }

  @Override
  public Optional<String> misfit(double[] elements, Shape shape) {
    int columns = Matrices.of(shape).columns();
    return Matrices.firstMisfit(elements, select(elements, columns)).map(i ->
        "sparse<" + text() + "> has no place for the element " + elements[i] + " in row " + i / columns + ", column "
            + i % columns + ": more than " + kept(elements.length) + " of the " + elements.length
            + " elements are not zero");
  }

  @Override
  public ImmutableList<StoredArray> arrays(Shape shape, NumberFormat format) {
    Shape words = shape.with(shape.rank() - 1, shape.last().ceilDiv(WORD));
    Dim stored = shape.size().dividedBy(Dim.of(m)).orElseThrow().times(Dim.of(n));
    return ImmutableList.of(
        new StoredArray(StoredArray.ELEMENTS, Shape.of(stored), format),
        new StoredArray(StoredArray.MASK, words, Formats.I32),
        new StoredArray(StoredArray.STARTS, words, Formats.I32));
  }

  @Override
  public ImmutableMap<String, double[]> compress(double[] elements, Shape shape, NumberFormat format) {
    Matrices.refuse(misfit(elements, shape));
    int columns = Matrices.of(shape).columns();
    boolean[] keep = select(elements, columns);
    int wordsOfRow = Math.ceilDiv(columns, WORD);
    int[] mask = new int[columns == 0 ? 0 : elements.length / columns * wordsOfRow];
    double[] starts = new double[mask.length];
    double[] stored = new double[kept(elements.length)];
    int at = 0;
    for (int word = 0; word < mask.length; word++) {
      starts[word] = at;
      int first = word % wordsOfRow * WORD;
      for (int bit = 0; bit < Math.min(WORD, columns - first); bit++) {
        int element = word / wordsOfRow * columns + first + bit;
        if (keep[element]) {
          mask[word] |= 1 << bit;
          stored[at++] = elements[element];
        }
      }
    }
    return ImmutableMap.of(
        StoredArray.ELEMENTS, stored, StoredArray.MASK, Arrays.stream(mask).asDoubleStream().toArray(),
        StoredArray.STARTS, starts);
  }

  @Override
  public Optional<String> fault(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
    int columns = Matrices.of(shape).columns();
    int wordsOfRow = Math.ceilDiv(columns, WORD);
    double[] mask = arrays.get(StoredArray.MASK);
    double[] starts = arrays.get(StoredArray.STARTS);
    int stored = 0;
    for (int word = 0; word < mask.length; word++) {
      int first = word % wordsOfRow * WORD;
      String where = "row " + word / wordsOfRow + ", word " + word % wordsOfRow + " (columns " + first + " to "
          + (Math.min(first + WORD, columns) - 1) + ")";
      if (starts[word] != stored) {
        return Optional.of("the mask of " + where + " is said to start at element " + (long) starts[word]
            + ", but the words before it have " + stored);
      }
      if (columns - first < WORD && (int) mask[word] >>> columns - first != 0) {
        return Optional.of("the mask of " + where + " has bits behind the last column");
      }
      stored += Integer.bitCount((int) mask[word]);
    }
    int expected = arrays.get(StoredArray.ELEMENTS).length;
    return stored == expected
        ? Optional.empty() : Optional.of("the mask has " + stored + " bits for " + expected + " stored elements");
  }

  @Override
  public double[] decompress(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
    int columns = Matrices.of(shape).columns();
    int wordsOfRow = Math.ceilDiv(columns, WORD);
    double[] mask = arrays.get(StoredArray.MASK);
    double[] stored = arrays.get(StoredArray.ELEMENTS);
    double[] elements = new double[Math.toIntExact(shape.size().constant())];
    int at = 0;
    for (int i = 0; i < elements.length; i++) {
      int column = i % columns;
      int word = (int) mask[i / columns * wordsOfRow + column / WORD];
      elements[i] = (word >>> column % WORD & 1) == 1 ? stored[at++] : 0;
    }
    return elements;
  }
}
