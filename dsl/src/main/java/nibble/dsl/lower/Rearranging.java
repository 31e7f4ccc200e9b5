package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Axis;
import nibble.dsl.syntax.Span;
import nibble.ir.TensorType;
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * {@code rearrange(x, b s (h e) -> b h s e, h = H)}, in the notation of "Einops: Clear and Reliable Tensor
 * Manipulations with Einstein-like Notation". The left side splits axes and names them, the right side orders and
 * joins them: a reshape, a transpose and a reshape, each only where it changes something.
 */
final class Rearranging {
  private final Expression.Rearrange expression;
  private final Frame frame;
  private final TensorType type;
  /** Extents of the axes by name, in the order of the left side; {@code ..0}, {@code ..1} are those of {@code ..}. */
  private final Map<String, Dim> extents = new LinkedHashMap<>();
  private final Map<String, Dim> given = new LinkedHashMap<>();
  private int others;

  private Rearranging(Expression.Rearrange expression, TensorType type, Frame frame) {
    this.expression = expression;
    this.type = type;
    this.frame = frame;
  }

  static Operand rearrange(Expression.Rearrange expression, Frame frame) {
    Operand operand = Expressions.tensor(expression.operand(), frame);
    return operand instanceof Operand.Tensor tensor
        ? new Rearranging(expression, tensor.type(), frame).run(tensor)
        : Operand.FAILED;
  }

  private Operand run(Operand.Tensor tensor) {
    if (!readSizes() || !readLeft()) {
      return Operand.FAILED;
    }
    List<String> order = new ArrayList<>();
    ImmutableList.Builder<Dim> result = ImmutableList.builder();
    if (!readRight(order, result)) {
      return Operand.FAILED;
    }
    List<String> names = List.copyOf(extents.keySet());
    Operand split = reshape(tensor, Shape.of(ImmutableList.copyOf(extents.values())));
    ImmutableList<Integer> permutation =
        order.stream().map(names::indexOf).collect(ImmutableList.toImmutableList());
    boolean identity = IntStream.range(0, permutation.size()).allMatch(i -> permutation.get(i) == i);
    Operand ordered = identity ? split : frame.emit(expression.span(), new Transpose(permutation), split);
    return reshape(ordered, Shape.of(result.build()));
  }

  private Operand reshape(Operand operand, Shape shape) {
    return operand instanceof Operand.Tensor tensor && !tensor.type().shape().equals(shape)
        ? frame.emit(expression.span(), new Reshape(shape), tensor.value())
        : operand;
  }

  /** The sizes behind the pattern. */
  private boolean readSizes() {
    boolean complete = true;
    for (Expression.Argument size : expression.sizes()) {
      if (size.name().isEmpty()) {
        frame.report(size.span().error("behind the pattern stand sizes of its axes by name: h = 12"));
        return false;
      }
      Optional<Dim> dim = Types.extent(size.value(), frame);
      dim.ifPresent(extent -> given.put(size.name().get().name(), extent));
      complete &= dim.isPresent();
    }
    return complete;
  }

  private boolean fail(Span at, String message) {
    frame.report(at.error(message).note(Sides.describe("the tensor", expression.operand(), type, frame)));
    return false;
  }

  private boolean readLeft() {
    long open = expression.from().stream().filter(Axis.Others.class::isInstance).count();
    int named = expression.from().size() - (int) open;
    if (open > 1) {
      return fail(expression.span(), "'..' stands at most once on the left side");
    }
    if (open == 0 ? named != type.rank() : named > type.rank()) {
      return fail(expression.span(), "the left side has " + named + " axes, the tensor has " + type.rank());
    }
    others = open == 0 ? 0 : type.rank() - named;
    int next = 0;
    for (Axis axis : expression.from()) {
      if (axis instanceof Axis.Others) {
        for (int i = 0; i < others; i++) {
          extents.put(".." + i, type.shape().dim(next++));
        }
      } else if (!readLeft(axis, type.shape().dim(next++))) {
        return false;
      }
    }
    Set<String> unknown = new HashSet<>(given.keySet());
    unknown.removeAll(extents.keySet());
    return unknown.isEmpty() || fail(expression.span(), "the pattern has no axis '" + unknown.iterator().next() + "'");
  }

  private boolean readLeft(Axis axis, Dim extent) {
    return switch (axis) {
      case Axis.Named name -> {
        Dim said = given.getOrDefault(name.name(), extent);
        yield said.equals(extent)
            ? define(name, extent)
            : fail(name.span(), "the axis '" + name.name() + "' is " + extent + ", not " + said);
      }
      case Axis.Unit unit -> (unit.extent() == 1 && extent.is(1))
          || fail(unit.span(), "a number on the left side is 1 and stands for an axis of extent 1, not " + extent);
      case Axis.Joined joined -> split(joined, extent);
      case Axis.Others unexpected -> throw new IllegalStateException("'..' has no single extent");
    };
  }

  private boolean define(Axis.Named axis, Dim extent) {
    return extents.putIfAbsent(axis.name(), extent) == null
        || fail(axis.span(), "the axis '" + axis.name() + "' stands twice on the left side");
  }

  /** Splits one axis into several, all but one of a size that is given. */
  private boolean split(Axis.Joined joined, Dim extent) {
    Dim product = Dim.ONE;
    Optional<Axis.Named> open = Optional.empty();
    for (Axis part : joined.parts()) {
      if (!(part instanceof Axis.Named name)) {
        return fail(part.span(), "between parentheses stand names of axes");
      }
      Dim said = given.get(name.name());
      if (said != null) {
        product = product.times(said);
      } else if (open.isPresent()) {
        return fail(joined.span(), "of '" + open.get().name() + "' and '" + name.name()
            + "' one size must be given, as in " + name.name() + " = 12");
      } else {
        open = Optional.of(name);
      }
    }
    Optional<Dim> rest = extent.dividedBy(product);
    if (rest.isEmpty() || (open.isEmpty() && !rest.get().is(1))) {
      return !frame.isGeneric()
          && fail(joined.span(), "an axis of extent " + extent + " does not split into parts of " + product);
    }
    for (Axis part : joined.parts()) {
      Axis.Named name = (Axis.Named) part;
      if (!define(name, given.getOrDefault(name.name(), rest.get()))) {
        return false;
      }
    }
    return true;
  }

  private boolean readRight(List<String> order, ImmutableList.Builder<Dim> result) {
    for (Axis axis : expression.to()) {
      switch (axis) {
        case Axis.Unit unit -> {
          if (unit.extent() != 1) {
            return fail(unit.span(), "a number on the right side is 1, a new axis");
          }
          result.add(Dim.ONE);
        }
        case Axis.Others ignored -> {
          for (int i = 0; i < others; i++) {
            order.add(".." + i);
            result.add(extents.get(".." + i));
          }
        }
        case Axis.Named name -> {
          if (!take(name, order)) {
            return false;
          }
          result.add(extents.get(name.name()));
        }
        case Axis.Joined joined -> {
          Dim product = Dim.ONE;
          for (Axis part : joined.parts()) {
            if (!(part instanceof Axis.Named name)) {
              return fail(part.span(), "between parentheses stand names of axes");
            }
            if (!take(name, order)) {
              return false;
            }
            product = product.times(extents.get(name.name()));
          }
          result.add(product);
        }
      }
    }
    Set<String> lost = new HashSet<>(extents.keySet());
    lost.removeAll(order);
    if (!lost.isEmpty()) {
      return fail(expression.span(), "the axis '" + lost.iterator().next() + "' is missing on the right side");
    }
    return true;
  }

  private boolean take(Axis.Named axis, List<String> order) {
    if (!extents.containsKey(axis.name())) {
      return fail(axis.span(), "the left side has no axis '" + axis.name() + "'");
    }
    if (order.contains(axis.name())) {
      return fail(axis.span(), "the axis '" + axis.name() + "' stands twice on the right side");
    }
    order.add(axis.name());
    return true;
  }
}
