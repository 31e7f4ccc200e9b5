package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** The built-in sparse layouts. */
public final class SparseLayouts {
  private SparseLayouts() {}

  /**
   * N:M: of each {@code m} consecutive elements of the last axis at most {@code n} are stored; of 4:8, two pairs, as
   * {@code mma.sp} has it. Pruned by magnitude, the largest are kept, of pairs those of the largest sums. In memory are
   * 2:4, 1:2 and 4:8, by {@link CompressedGroups}.
   */
  public record NOfM(long n, long m) implements SparseLayout {
    public NOfM {
      if (n < 1 || m <= n) {
        throw new IllegalArgumentException("sparse<" + n + ":" + m + "> must keep fewer than all and at least one");
      }
    }

    @Override
    public ImmutableList<Long> numbers() {
      return ImmutableList.of(n, m);
    }

    @Override
    public String summary() {
      return "N:M: of each M consecutive elements of the last axis, N are stored";
    }

    @Override
    public Optional<String> rejects(Shape shape) {
      return SparseLayouts.rejects(shape, 1, m);
    }

    /** How many consecutive elements are kept or dropped together. */
    private int width() {
      return n == 4 && m == 8 ? 2 : 1;
    }

    @Override
    public boolean[] select(double[] elements, int columns) {
      boolean[] keep = new boolean[elements.length];
      int width = width();
      double[] scores = new double[Math.toIntExact(m) / width];
      for (int first = 0; first < elements.length; first += Math.toIntExact(m)) {
        for (int i = 0; i < scores.length; i++) {
          scores[i] = 0;
          for (int j = 0; j < width; j++) {
            scores[i] += Math.abs(elements[first + i * width + j]);
          }
        }
        for (int i = 0; i < scores.length; i++) {
          boolean kept = LargestFirst.has(scores, i, n / width);
          Arrays.fill(keep, first + i * width, first + (i + 1) * width, kept);
        }
      }
      return keep;
    }

    @Override
    public Optional<String> misfit(double[] elements, Shape shape) {
      Matrices matrices = Matrices.of(shape);
      return matrices.misfit(elements, select(elements, matrices.columns()), this, m);
    }

    private CompressedGroups groups(NumberFormat format) {
      GroupPattern pattern = GroupPattern.of(n, m).orElseThrow(() -> new IllegalArgumentException(
          "sparse<" + text() + "> has no layout in memory: matrix instructions take 2:4, 1:2 and 4:8"));
      return new CompressedGroups(pattern, MetadataTile.of(format));
    }

    @Override
    public ImmutableList<StoredArray> arrays(Shape shape, NumberFormat format) {
      return groups(format).arrays(shape, shape.last().dividedBy(Dim.of(m)).orElseThrow(), format);
    }

    @Override
    public ImmutableMap<String, double[]> compress(double[] elements, Shape shape, NumberFormat format) {
      CompressedGroups groups = groups(format);
      Matrices matrices = Matrices.of(shape);
      boolean[] keep = select(elements, matrices.columns());
      matrices.requireFit(elements, keep, this, m);
      return groups.compress(elements, keep, matrices.count(), matrices.rows());
    }

    @Override
    public Optional<String> fault(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
      Matrices matrices = Matrices.of(shape);
      return groups(format).fault(arrays, matrices.count(), matrices.rows(), matrices.columns());
    }

    @Override
    public double[] decompress(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
      Matrices matrices = Matrices.of(shape);
      return groups(format).decompress(arrays, matrices.count(), matrices.rows(), matrices.columns());
    }
  }

  /**
   * V:N:M: in each block of {@code v} rows and {@code m} columns, four columns are kept, and N of those four in each
   * row ("VENOM: A Vectorized N:M Format for Unleashing the Power of Sparse Tensor Cores"). Pruned by magnitude, the
   * columns of the largest sums are kept, and in each row the N largest of the four. In memory is V:2:M, by {@link
   * KeptColumns}: the four columns of a block are a group of 2:4.
   */
  public record VNOfM(long v, long n, long m) implements SparseLayout {
    public VNOfM {
      if (v < 1 || n < 1 || n > 4 || m < 4) {
        throw new IllegalArgumentException("sparse<" + v + ":" + n + ":" + m
            + "> is no V:N:M layout: N is 1 to 4 of the 4 columns that are kept of M");
      }
    }

    @Override
    public ImmutableList<Long> numbers() {
      return ImmutableList.of(v, n, m);
    }

    @Override
    public String summary() {
      return "V:N:M: four columns of each V x M block are kept, and N of those four in each row";
    }

    @Override
    public Optional<String> rejects(Shape shape) {
      return SparseLayouts.rejects(shape, v, m);
    }

    @Override
    public boolean[] select(double[] elements, int columns) {
      KeptColumns blocks = new KeptColumns(Math.toIntExact(v), Math.toIntExact(m), columns);
      return blocks.select(elements, blocks.choose(elements), n);
    }

    @Override
    public Optional<String> misfit(double[] elements, Shape shape) {
      Matrices matrices = Matrices.of(shape);
      return matrices.misfit(elements, select(elements, matrices.columns()), this, m);
    }

    private KeptColumns blocks(int columns) {
      if (n != 2) {
        throw new IllegalArgumentException(
            "sparse<" + text() + "> has no layout in memory: matrix instructions take two of four columns");
      }
      return new KeptColumns(Math.toIntExact(v), Math.toIntExact(m), columns);
    }

    private static CompressedGroups groups(NumberFormat format) {
      return new CompressedGroups(GroupPattern.TWO_OF_FOUR, MetadataTile.of(format));
    }

    @Override
    public ImmutableList<StoredArray> arrays(Shape shape, NumberFormat format) {
      blocks(0);
      Dim blocks = shape.last().dividedBy(Dim.of(m)).orElseThrow();
      Shape rows = shape.rank() < 2
          ? Shape.SCALAR
          : shape.slice(0, shape.rank() - 2).append(shape.dim(-2).dividedBy(Dim.of(v)).orElseThrow());
      return ImmutableList.<StoredArray>builder()
          .addAll(groups(format).arrays(shape, blocks, format))
          .add(new StoredArray(
              StoredArray.COLUMNS, rows.append(blocks, Dim.of(KeptColumns.COUNT)), KeptColumns.format(m)))
          .build();
    }

    @Override
    public ImmutableMap<String, double[]> compress(double[] elements, Shape shape, NumberFormat format) {
      Matrices matrices = Matrices.of(shape);
      KeptColumns blocks = blocks(matrices.columns());
      int[] kept = blocks.choose(elements);
      boolean[] keep = blocks.select(elements, kept, n);
      matrices.requireFit(elements, keep, this, m);
      return ImmutableMap.<String, double[]>builder()
          .putAll(groups(format).compress(
              blocks.gather(elements, kept), blocks.gather(keep, kept), matrices.count(), matrices.rows()))
          .put(StoredArray.COLUMNS, Arrays.stream(kept).asDoubleStream().toArray())
          .buildOrThrow();
    }

    @Override
    public Optional<String> fault(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
      Matrices matrices = Matrices.of(shape);
      KeptColumns blocks = blocks(matrices.columns());
      return blocks.fault(arrays.get(StoredArray.COLUMNS)).or(() ->
          groups(format).fault(arrays, matrices.count(), matrices.rows(), blocks.gatheredColumns()));
    }

    @Override
    public double[] decompress(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
      Matrices matrices = Matrices.of(shape);
      KeptColumns blocks = blocks(matrices.columns());
      int[] kept = Arrays.stream(arrays.get(StoredArray.COLUMNS)).mapToInt(column -> (int) column).toArray();
      double[] gathered = groups(format).decompress(
          arrays, matrices.count(), matrices.rows(), blocks.gatheredColumns());
      return blocks.scatter(gathered, kept);
    }
  }

  /** Makers by keyword. */
  public static ImmutableMap<String, Function<List<Long>, SparseLayout>> named() {
    return ImmutableMap.of(
        BlockSparse.KEYWORD,
        numbers -> new BlockSparse(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3)),
        PlainMask.KEYWORD, numbers -> new PlainMask(numbers.get(0), numbers.get(1)));
  }

  /** Makers of layouts without a keyword by count of numbers: N:M has two, V:N:M three. */
  public static ImmutableMap<Integer, Function<List<Long>, SparseLayout>> makers() {
    return ImmutableMap.of(
        2, numbers -> new NOfM(numbers.get(0), numbers.get(1)),
        3, numbers -> new VNOfM(numbers.get(0), numbers.get(1), numbers.get(2)));
  }

  /** Why the extents are no multiples of a block's, if they are not. */
  static Optional<String> rejects(Shape shape, long rows, long columns) {
    int rank = rows > 1 ? 2 : 1;
    if (shape.rank() < rank) {
      return Optional.of("it needs at least " + rank + " axes");
    }
    if (shape.last().dividedBy(Dim.of(columns)).isEmpty()) {
      return Optional.of("the last extent " + shape.last() + " is no multiple of " + columns);
    }
    if (rows > 1 && shape.dim(-2).dividedBy(Dim.of(rows)).isEmpty()) {
      return Optional.of("the extent " + shape.dim(-2) + " is no multiple of " + rows);
    }
    return Optional.empty();
  }
}
