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
 * Sparse by blocks: of each row of blocks of {@code rows} by {@code columns} elements, {@code n} of {@code m} blocks
 * are stored, wherever in the row they are (the blocked ELL format of cuSPARSE has as many in each row, too). Pruned by
 * magnitude, the blocks of the largest sums are kept.
 *
 * <pre>
 * elements   [.., R, K * n / m], the kept blocks of each row side by side
 * columns    [.., R / rows, K / columns * n / m], which blocks these are, ascending, i32
 * </pre>
 *
 * @param rows of a block
 * @param columns of a block
 * @param n of so many blocks are kept
 * @param m blocks
 */
public record BlockSparse(long rows, long columns, long n, long m) implements SparseLayout {
  static final String KEYWORD = "block";

  public BlockSparse {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException("a block has at least one row and one column, not " + rows + " by " + columns);
    }
    if (n < 1 || m <= n) {
      throw new IllegalArgumentException("of " + m + " blocks fewer than all and at least one are kept, not " + n);
    }
  }

  @Override
  public ImmutableList<Long> numbers() {
    return ImmutableList.of(rows, columns, n, m);
  }

  @Override
  public String keyword() {
    return KEYWORD;
  }

  @Override
  public String text() {
    return KEYWORD + "(" + rows + "," + columns + ") " + n + ":" + m;
  }

  @Override
  public String summary() {
    return "blocks: of each row of R x C blocks, N of M are stored, wherever they are";
  }

  @Override
  public Optional<String> rejects(Shape shape) {
    return SparseLayouts.rejects(shape, rows, Math.multiplyExact(columns, m));
  }

  /** How many blocks of a row are stored. */
  public int kept(int columnsOfMatrix) {
    return Math.toIntExact(columnsOfMatrix / (columns * m) * n);
  }

  private int blocks(int columnsOfMatrix) {
    return Math.toIntExact(columnsOfMatrix / columns);
  }

  /** Of each row of blocks, those with the largest sums of magnitudes. */
  private int[] choose(double[] elements, int width) {
    if (elements.length == 0) {
      return new int[0];
    }
    int rowsOfBlocks = Math.toIntExact(elements.length / width / rows);
    int[] chosen = new int[rowsOfBlocks * kept(width)];
    int at = 0;
    for (int row = 0; row < rowsOfBlocks; row++) {
      double[] sums = new double[blocks(width)];
      int first = Math.toIntExact(row * rows * width);
      for (int i = 0; i < rows * width; i++) {
        sums[Math.toIntExact(i % width / columns)] += Math.abs(elements[first + i]);
      }
      for (int block = 0; block < sums.length; block++) {
        if (LargestFirst.has(sums, block, kept(width))) {
          chosen[at++] = block;
        }
      }
    }
    return chosen;
  }

  /** Where an element of the stored matrix comes from. */
  private int source(int stored, int width, int[] chosen) {
    int kept = kept(width);
    int side = Math.toIntExact(columns);
    int row = stored / (kept * side);
    int column = stored % (kept * side);
    int block = chosen[Math.toIntExact(row / rows * kept + column / side)];
    return row * width + block * side + column % side;
  }

  private int stored(int elements) {
    return Math.toIntExact(elements / m * n);
  }

  @Override
  public boolean[] select(double[] elements, int width) {
    int[] chosen = choose(elements, width);
    boolean[] keep = new boolean[elements.length];
    for (int i = 0; i < stored(elements.length); i++) {
      keep[source(i, width, chosen)] = true;
    }
    return keep;
  }

  @Override
  public Optional<String> misfit(double[] elements, Shape shape) {
    int width = Matrices.of(shape).columns();
    return Matrices.firstMisfit(elements, select(elements, width)).map(i -> {
      long row = i / width / rows;
      long block = i % width / columns;
      return "sparse<" + text() + "> has no place for the element " + elements[i] + " in row " + i / width + ", block "
          + block + " of row of blocks " + row + " (rows " + row * rows + " to " + (row * rows + rows - 1)
          + ", columns " + block * columns + " to " + (block * columns + columns - 1) + ")";
    });
  }

  @Override
  public ImmutableList<StoredArray> arrays(Shape shape, NumberFormat format) {
    Dim kept = shape.last().dividedBy(Dim.of(columns * m)).orElseThrow().times(Dim.of(n));
    Shape above = shape.rank() < 2
        ? Shape.SCALAR
        : shape.slice(0, shape.rank() - 2).append(shape.dim(-2).dividedBy(Dim.of(rows)).orElseThrow());
    return ImmutableList.of(
        new StoredArray(StoredArray.ELEMENTS, shape.with(shape.rank() - 1, kept.times(Dim.of(columns))), format),
        new StoredArray(StoredArray.COLUMNS, above.append(kept), Formats.I32));
  }

  @Override
  public ImmutableMap<String, double[]> compress(double[] elements, Shape shape, NumberFormat format) {
    Matrices.refuse(misfit(elements, shape));
    int width = Matrices.of(shape).columns();
    int[] chosen = choose(elements, width);
    double[] stored = new double[stored(elements.length)];
    Arrays.setAll(stored, i -> elements[source(i, width, chosen)]);
    return ImmutableMap.of(
        StoredArray.ELEMENTS, stored, StoredArray.COLUMNS, Arrays.stream(chosen).asDoubleStream().toArray());
  }

  @Override
  public Optional<String> fault(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
    int width = Matrices.of(shape).columns();
    double[] chosen = arrays.get(StoredArray.COLUMNS);
    int kept = kept(width);
    for (int i = 0; i < chosen.length; i++) {
      boolean ascends = i % kept == 0 ? chosen[i] >= 0 : chosen[i] > chosen[i - 1];
      if (chosen[i] != (int) chosen[i] || !ascends || chosen[i] >= blocks(width)) {
        int row = i / kept;
        return Optional.of("block " + i % kept + " of rows " + row * rows + " to " + (row * rows + rows - 1)
            + " is said to be block " + (long) chosen[i] + ": they are blocks 0 to " + (blocks(width) - 1)
            + " in ascending order");
      }
    }
    return Optional.empty();
  }

  @Override
  public double[] decompress(Map<String, double[]> arrays, Shape shape, NumberFormat format) {
    Matrices matrices = Matrices.of(shape);
    int[] chosen = Arrays.stream(arrays.get(StoredArray.COLUMNS)).mapToInt(block -> (int) block).toArray();
    double[] stored = arrays.get(StoredArray.ELEMENTS);
    double[] elements = new double[matrices.count() * matrices.rows() * matrices.columns()];
    for (int i = 0; i < stored.length; i++) {
      elements[source(i, matrices.columns(), chosen)] = stored[i];
    }
    return elements;
  }
}
