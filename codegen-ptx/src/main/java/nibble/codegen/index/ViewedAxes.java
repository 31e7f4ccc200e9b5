package nibble.codegen.index;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.layout.Granularity;
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * The axes of a tensor under views that keep all of its elements, each as digits of the axes that the tensor has:
 *
 * <pre>
 * [B,S,384]                       B          S          c
 * reshape to [B,S,12,32]          B          S          c / 32     c % 32
 * transpose to [B,12,S,32]        B          c / 32     S          c % 32
 * </pre>
 *
 * @param source shape of the tensor
 * @param axes digits of each axis of the view, the most significant first; none where its extent is 1
 */
public record ViewedAxes(Shape source, ImmutableList<ImmutableList<Digit>> axes) {
  /**
   * A digit of the coordinate along an axis.
   *
   * @param axis of the tensor
   * @param below what the less significant digits of that axis count to
   * @param extent what it counts to itself
   */
  public record Digit(int axis, Dim below, Dim extent) {}

  /** The axes of a tensor as it is. */
  public static ViewedAxes of(Shape source) {
    return new ViewedAxes(source, IntStream.range(0, source.rank())
        .mapToObj(axis -> source.dim(axis).is(1)
            ? ImmutableList.<Digit>of() : ImmutableList.of(new Digit(axis, Dim.ONE, source.dim(axis))))
        .collect(ImmutableList.toImmutableList()));
  }

  /** The axes under one more view; nothing where it is none that keeps all elements, or cuts axes in other ways. */
  public Optional<ViewedAxes> through(ViewOp view, Shape result) {
    if (view instanceof Transpose transpose) {
      return Optional.of(new ViewedAxes(
          source, transpose.axes().stream().map(axes::get).collect(ImmutableList.toImmutableList())));
    }
    return view instanceof Reshape ? reshaped(result) : Optional.empty();
  }

  private Optional<ViewedAxes> reshaped(Shape result) {
    List<Digit> left = new ArrayList<>();
    axes.forEach(left::addAll);
    List<ImmutableList<Digit>> cut = new ArrayList<>();
    for (Dim extent : result.dims().reverse()) {
      Optional<ImmutableList<Digit>> digits = take(left, extent);
      if (digits.isEmpty()) {
        return Optional.empty();
      }
      cut.add(digits.get());
    }
    return left.isEmpty()
        ? Optional.of(new ViewedAxes(source, ImmutableList.copyOf(Lists.reverse(cut)))) : Optional.empty();
  }

  /** Takes the least significant digits that count to an extent together, the last of them perhaps a part of one. */
  private static Optional<ImmutableList<Digit>> take(List<Digit> from, Dim extent) {
    List<Digit> taken = new ArrayList<>();
    Dim missing = extent;
    while (!missing.is(1)) {
      if (from.isEmpty()) {
        return Optional.empty();
      }
      Digit digit = from.removeLast();
      Optional<Dim> more = missing.dividedBy(digit.extent);
      if (more.isPresent()) {
        taken.add(digit);
        missing = more.get();
        continue;
      }
      Optional<Dim> above = digit.extent.dividedBy(missing);
      if (above.isEmpty()) {
        return Optional.empty();
      }
      taken.add(new Digit(digit.axis, digit.below, missing));
      from.add(new Digit(digit.axis, digit.below.times(missing), above.get()));
      missing = Dim.ONE;
    }
    Collections.reverse(taken);
    return Optional.of(ImmutableList.copyOf(taken));
  }

  /**
   * The box of the tensor that each box of a granularity is, where it is one; of rows that are dealt to boxes, the box
   * of all that are dealt together.
   *
   * @param shape of the view
   * @param symbols what is known of symbolic sizes
   * @return sides along each axis of the tensor
   */
  public Optional<ImmutableList<Dim>> box(Granularity granularity, Shape shape, Map<String, SymbolBounds> symbols) {
    List<Dim> sides = new ArrayList<>(granularity.boxWithin(shape));
    granularity.interleaving().ifPresent(rows -> sides.set(sides.size() - 2, Dim.of(rows.rows())));
    return box(ImmutableList.copyOf(sides), symbols);
  }

  /**
   * The box of the tensor that a box of the view is, where each is one: runs of neighbours along axes, which start at
   * multiples of their lengths.
   *
   * @param sides of a box of the view, along each of its axes
   * @param symbols what is known of symbolic sizes
   * @return sides along each axis of the tensor
   */
  Optional<ImmutableList<Dim>> box(ImmutableList<Dim> sides, Map<String, SymbolBounds> symbols) {
    List<Dim> box = new ArrayList<>(Collections.nCopies(source.rank(), Dim.ONE));
    for (int axis = 0; axis < axes.size(); axis++) {
      Dim missing = sides.get(axis);
      for (Digit digit : axes.get(axis).reverse()) {
        if (missing.is(1)) {
          break;
        }
        Optional<Dim> more = missing.dividedBy(digit.extent);
        Dim run = more.isPresent() ? digit.extent : missing;
        // Behind the last element of an axis that others are counted with, a box goes on in the next one.
        boolean isLast = digit.equals(axes.get(axis).getFirst()) && digit.extent.equals(source.dim(digit.axis));
        if (!box.get(digit.axis).equals(digit.below) || !isLast && !isAligned(digit, run, symbols)) {
          return Optional.empty();
        }
        box.set(digit.axis, digit.below.times(run));
        missing = more.orElse(Dim.ONE);
      }
      if (!missing.is(1)) {
        return Optional.empty();
      }
    }
    return Optional.of(ImmutableList.copyOf(box));
  }

  /** Whether runs of that length of a digit never go on in the next one. */
  private boolean isAligned(Digit digit, Dim run, Map<String, SymbolBounds> symbols) {
    return run.equals(digit.extent)
        || run.isConstant() && Divisibility.of(digit.extent, symbols) % run.constant() == 0;
  }
}
