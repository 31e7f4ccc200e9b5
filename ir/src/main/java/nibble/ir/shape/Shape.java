package nibble.ir.shape;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first. The empty shape is that of a scalar. No constant extent is negative; a
 * symbolic one may turn out to be when its symbols get values, and {@link #substitute} then throws
 * {@link IllegalArgumentException}.
 *
 * @param dims the extents
 */
public record Shape(ImmutableList<Dim> dims) {
  public static final Shape SCALAR = new Shape(ImmutableList.of());

  public Shape {
    for (Dim dim : dims) {
      if (dim.isConstant() && dim.constant() < 0) {
        throw new IllegalArgumentException("the extent " + dim + " is negative");
      }
    }
  }

  public static Shape of(long... extents) {
    return new Shape(Arrays.stream(extents).mapToObj(Dim::of).collect(ImmutableList.toImmutableList()));
  }

  public static Shape of(Dim... dims) {
    return new Shape(ImmutableList.copyOf(dims));
  }

  public static Shape of(List<Dim> dims) {
    return new Shape(ImmutableList.copyOf(dims));
  }

  public int rank() {
    return dims.size();
  }

  /** The extent of an axis; a negative axis counts from the last, as in {@code dim(-1)}. */
  public Dim dim(int axis) {
    return dims.get(axis < 0 ? axis + rank() : axis);
  }

  public Dim last() {
    return dim(-1);
  }

  /** Number of elements. */
  public Dim size() {
    return dims.stream().reduce(Dim.ONE, Dim::times);
  }

  /** The shape with another extent on one axis; a negative axis counts from the last. */
  public Shape with(int axis, Dim extent) {
    int at = Objects.checkIndex(axis < 0 ? axis + rank() : axis, rank());
    ImmutableList.Builder<Dim> changed = ImmutableList.builder();
    for (int i = 0; i < rank(); i++) {
      changed.add(i == at ? extent : dims.get(i));
    }
    return new Shape(changed.build());
  }

  /** Axes {@code from} (inclusive) to {@code to} (exclusive). */
  public Shape slice(int from, int to) {
    return new Shape(dims.subList(from, to));
  }

  public Shape append(Dim... more) {
    return new Shape(ImmutableList.<Dim>builder().addAll(dims).add(more).build());
  }

  public Shape substitute(Function<String, Dim> replacement) {
    return new Shape(dims.stream().map(dim -> dim.substitute(replacement)).collect(ImmutableList.toImmutableList()));
  }

  /** The extents under an assignment of all symbols; each must fit an {@code int}. */
  public int[] evaluate(Map<String, Long> symbols) {
    return dims.stream().mapToInt(dim -> Math.toIntExact(dim.evaluate(symbols))).toArray();
  }

  public boolean isConstant() {
    return dims.stream().allMatch(Dim::isConstant);
  }

  /** The extents of a constant shape. */
  public int[] extents() {
    return dims.stream().mapToInt(dim -> Math.toIntExact(dim.constant())).toArray();
  }

  public ImmutableSet<String> symbols() {
    return dims.stream().flatMap(dim -> dim.symbols().stream()).collect(ImmutableSet.toImmutableSet());
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(",", "[", "]"));
  }
}
