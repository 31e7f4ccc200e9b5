package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** The built-in sparse layouts. */
public final class SparseLayouts {
  private SparseLayouts() {}

  /**
   * N:M: of each {@code m} consecutive elements of the last axis at most {@code n} are stored.
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
  }

  /**
   * V:N:M: in each block of {@code v} rows and {@code m} columns, four columns are kept, and N of those four in each
   * row ("VENOM: A Vectorized N:M Format for Unleashing the Power of Sparse Tensor Cores").
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
  }

  /** Makers by count of numbers: N:M has two, V:N:M three. */
  public static ImmutableMap<Integer, Function<List<Long>, SparseLayout>> makers() {
    return ImmutableMap.of(
        2, numbers -> new NOfM(numbers.get(0), numbers.get(1)),
        3, numbers -> new VNOfM(numbers.get(0), numbers.get(1), numbers.get(2)));
  }

  private static Optional<String> rejects(Shape shape, long rows, long columns) {
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
