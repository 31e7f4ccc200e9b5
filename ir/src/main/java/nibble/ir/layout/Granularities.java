package nibble.ir.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** The built-in granularities. */
public final class Granularities {
  private Granularities() {}

  /** One scale for the whole tensor. */
  public record PerTensor() implements Granularity {
    @Override
    public String keyword() {
      return "tensor";
    }

    @Override
    public ImmutableList<Long> arguments() {
      return ImmutableList.of();
    }

    @Override
    public String summary() {
      return "one scale for the whole tensor";
    }

    @Override
    public ImmutableList<Dim> box(Shape shape) {
      return shape.dims();
    }
  }

  /** One scale for each index along one axis: per output channel of a weight. */
  public record PerAxis(int axis) implements Granularity {
    public PerAxis {
      if (axis < 0) {
        throw new IllegalArgumentException("the axis of a scale is counted from the front, not " + axis);
      }
    }

    @Override
    public String keyword() {
      return "axis";
    }

    @Override
    public ImmutableList<Long> arguments() {
      return ImmutableList.of((long) axis);
    }

    @Override
    public String summary() {
      return "one scale for each index along the axis";
    }

    @Override
    public ImmutableList<Dim> box(Shape shape) {
      require(shape, axis + 1L, this);
      return shape.with(axis, Dim.ONE).dims();
    }
  }

  /** One scale for each row along the last axis: per token of an activation. */
  public record PerToken() implements Granularity {
    @Override
    public String keyword() {
      return "token";
    }

    @Override
    public ImmutableList<Long> arguments() {
      return ImmutableList.of();
    }

    @Override
    public String summary() {
      return "one scale for each row of the last axis";
    }

    @Override
    public ImmutableList<Dim> box(Shape shape) {
      require(shape, 1, this);
      return lastAxes(shape, shape.last());
    }
  }

  /** One scale for each block of the last two axes. */
  public record PerBlock(long rows, long columns) implements Granularity {
    public PerBlock {
      requirePositive(rows);
      requirePositive(columns);
    }

    @Override
    public String keyword() {
      return "block";
    }

    @Override
    public ImmutableList<Long> arguments() {
      return ImmutableList.of(rows, columns);
    }

    @Override
    public String summary() {
      return "one scale for each rows x columns block of the last two axes";
    }

    @Override
    public ImmutableList<Dim> box(Shape shape) {
      require(shape, 2, this);
      return lastAxes(shape, Dim.of(rows), Dim.of(columns));
    }
  }

  /**
   * One scale for rows of the last axis that lie apart in a regular way: those that one thread of an {@code mma} has.
   */
  public record Interleaved(long rows, long cycle, long run) implements Granularity {
    public Interleaved {
      new Interleaving(rows, cycle, run);
    }

    @Override
    public String keyword() {
      return "interleaved";
    }

    @Override
    public ImmutableList<Long> arguments() {
      return ImmutableList.of(rows, cycle, run);
    }

    @Override
    public String summary() {
      return "of so many rows of the last axis, one scale for those with the same (row mod cycle) / run";
    }

    @Override
    public ImmutableList<Dim> box(Shape shape) {
      require(shape, 2, this);
      return lastAxes(shape, Dim.of(interleaving().orElseThrow().side()), shape.last());
    }

    /** Rows of a box are no neighbours, so an axis with fewer rows has as many boxes. */
    @Override
    public ImmutableList<Dim> boxWithin(Shape shape) {
      return box(shape);
    }

    @Override
    public Optional<Interleaving> interleaving() {
      return Optional.of(new Interleaving(rows, cycle, run));
    }
  }

  /** One scale for each group of consecutive elements along the last axis. */
  public record PerGroup(long size) implements Granularity {
    public PerGroup {
      requirePositive(size);
    }

    @Override
    public String keyword() {
      return "group";
    }

    @Override
    public ImmutableList<Long> arguments() {
      return ImmutableList.of(size);
    }

    @Override
    public String summary() {
      return "one scale for each run of so many elements along the last axis";
    }

    @Override
    public ImmutableList<Dim> box(Shape shape) {
      require(shape, 1, this);
      return lastAxes(shape, Dim.of(size));
    }
  }

  /** Makers by keyword; each takes the numbers behind it. */
  public static ImmutableMap<String, Function<List<Long>, Granularity>> makers() {
    return ImmutableMap.of(
        "tensor", numbers -> new PerTensor(),
        "axis", numbers -> new PerAxis(Math.toIntExact(numbers.get(0))),
        "token", numbers -> new PerToken(),
        "block", numbers -> new PerBlock(numbers.get(0), numbers.get(1)),
        "group", numbers -> new PerGroup(numbers.get(0)),
        "interleaved", numbers -> new Interleaved(numbers.get(0), numbers.get(1), numbers.get(2)));
  }

  private static ImmutableList<Dim> lastAxes(Shape shape, Dim... extents) {
    Dim[] box = new Dim[shape.rank()];
    Arrays.fill(box, Dim.ONE);
    System.arraycopy(extents, 0, box, box.length - extents.length, extents.length);
    return ImmutableList.copyOf(box);
  }

  private static void require(Shape shape, long rank, Granularity granularity) {
    if (shape.rank() < rank) {
      throw new IllegalArgumentException(
          "scale<" + granularity.text() + "> needs at least " + rank + " axes, the shape is " + shape);
    }
  }

  private static void requirePositive(long extent) {
    if (extent < 1) {
      throw new IllegalArgumentException("a scale block needs positive extents, not " + extent);
    }
  }
}
