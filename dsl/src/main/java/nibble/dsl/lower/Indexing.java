package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Subscript;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.op.Gather;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Subscripts of tensors: {@code x[:, 0, a:b, ::2, new, ..]}. Ranges become slices, a tensor of indices a gather, and at
 * the end one reshape drops the axes of single indices and adds the new ones.
 */
final class Indexing {
  private final Expression.Index expression;
  private final Frame frame;
  /** What becomes of the axes, in the order of the subscripts. */
  private final List<Axis> axes = new ArrayList<>();
  private Operand value;
  private Optional<Picked> picked = Optional.empty();

  /** What a subscript makes of an axis of the tensor. */
  private enum Axis {
    KEPT,
    DROPPED,
    NEW,
    GATHERED
  }

  /** The tensor of indices, and the axis that it picks entries along. */
  private record Picked(Operand.Tensor indices, int axis) {}

  private Indexing(Expression.Index expression, Operand.Tensor value, Frame frame) {
    this.expression = expression;
    this.value = value;
    this.frame = frame;
  }

  static Operand index(Expression.Index expression, Frame frame) {
    if (expression.base() instanceof Expression.Selection method && Reshaping.takesBrackets(method, frame)) {
      return Reshaping.method(method, expression, frame);
    }
    Instances.Lookup instance = Instances.resolve(expression, frame);
    if (instance instanceof Instances.Lookup.Found found) {
      return frame.fail(expression.span()
          .error("this is an instance of " + found.instance().type().name() + ", not a value")
          .hint("call it, or select one of its weights"));
    }
    if (instance instanceof Instances.Lookup.Failed) {
      return Operand.FAILED;
    }
    return Expressions.tensor(expression.base(), frame) instanceof Operand.Tensor tensor
        ? new Indexing(expression, tensor, frame).run(tensor.type())
        : Operand.FAILED;
  }

  private Operand run(TensorType type) {
    int consumed = (int) expression.subscripts().stream()
        .filter(subscript -> subscript instanceof Subscript.At || subscript instanceof Subscript.Slice).count();
    Optional<Diagnostic> misfit = misfit(type, consumed);
    if (misfit.isPresent()) {
      return frame.fail(misfit.get());
    }
    for (Subscript subscript : expression.subscripts()) {
      switch (subscript) {
        case Subscript.NewAxis added -> axes.add(Axis.NEW);
        case Subscript.OtherAxes others -> keep(type.rank() - consumed);
        case Subscript.Slice slice -> value = slice(slice, axis());
        case Subscript.At at -> value = at(at, axis());
      }
      if (value instanceof Operand.Failed) {
        return value;
      }
    }
    keep(type.rank() - axis());
    if (picked.isPresent()) {
      value = frame.emit(
          expression.span(), new Gather(picked.get().axis()), Values.of(value), picked.get().indices().value());
    }
    return value instanceof Operand.Tensor tensor ? reshaped(tensor.type().shape()) : value;
  }

  private Optional<Diagnostic> misfit(TensorType type, int consumed) {
    if (expression.subscripts().stream().filter(Subscript.OtherAxes.class::isInstance).count() > 1) {
      return Optional.of(expression.span().error(".. stands at most once between brackets"));
    }
    if (consumed > type.rank()) {
      String axesThere = type.rank() == 1 ? " axis" : " axes";
      return Optional.of(expression.span()
          .error("there are " + consumed + " subscripts for " + type.rank() + axesThere)
          .note(Sides.describe("it", expression.base(), type, frame)));
    }
    return Optional.empty();
  }

  /** The axis of the tensor that the next subscript is about. */
  private int axis() {
    return (int) axes.stream().filter(axis -> axis != Axis.NEW).count();
  }

  private void keep(int count) {
    for (int i = 0; i < count; i++) {
      axes.add(Axis.KEPT);
    }
  }

  private Dim extent(int axis) {
    return Values.of(value).tensorType().shape().dim(axis);
  }

  private Operand slice(Subscript.Slice slice, int axis) {
    axes.add(Axis.KEPT);
    Dim extent = extent(axis);
    Optional<Dim> from = slice.from().isPresent() ? bound(slice.from().get(), extent) : Optional.of(Dim.ZERO);
    Optional<Dim> to = slice.to().isPresent() ? bound(slice.to().get(), extent) : Optional.of(extent);
    Optional<Long> step = slice.step().isPresent() ? Sizes.constant(slice.step().get(), frame) : Optional.of(1L);
    if (from.isEmpty() || to.isEmpty() || step.isEmpty()) {
      return Operand.FAILED;
    }
    if (step.get() < 1) {
      return frame.fail(slice.step().orElseThrow().span()
          .error("the step of a slice is at least 1, not " + step.get()));
    }
    Dim a = from.get();
    Dim b = to.get();
    if (isNegative(a) || isNegative(b.minus(a)) || isNegative(extent.minus(b))) {
      return frame.fail(slice.span()
          .error("the range " + a + ":" + b + " is outside axis " + axis + " of extent " + extent));
    }
    boolean all = a.is(0) && b.equals(extent) && step.get() == 1;
    return all ? value : frame.emit(slice.span(), new Slice(axis, a, b, step.get()), value);
  }

  /** A bound of a slice; a negative number counts from the end. */
  private Optional<Dim> bound(Expression bound, Dim extent) {
    return Sizes.evaluate(bound, frame).map(dim -> isNegative(dim) ? extent.plus(dim) : dim);
  }

  private static boolean isNegative(Dim dim) {
    return dim.isConstant() && dim.constant() < 0;
  }

  /** One index along an axis now; a tensor of indices is left until the slices are done. */
  private Operand at(Subscript.At at, int axis) {
    Operand index = Expressions.evaluate(at.index(), frame);
    if (index.extent().isPresent()) {
      return single(at, axis, index.extent().get());
    }
    boolean array = index instanceof Operand.Literal literal && literal.shape().rank() > 0;
    return switch (array ? Values.in(Formats.I32, index, at.span(), frame) : index) {
      case Operand.Tensor tensor -> pick(at, axis, tensor);
      case Operand.Failed failed -> failed;
      default -> frame.fail(at.span().error("an index is an integer, not " + Text.of(index)));
    };
  }

  private Operand single(Subscript.At at, int axis, Dim index) {
    axes.add(Axis.DROPPED);
    Dim extent = extent(axis);
    Dim from = isNegative(index) ? extent.plus(index) : index;
    Dim to = from.plus(Dim.ONE);
    if (isNegative(from) || isNegative(extent.minus(to))) {
      return frame.fail(at.span()
          .error("the index " + index + " is outside axis " + axis + " of extent " + extent));
    }
    return extent.is(1) ? value : frame.emit(at.span(), new Slice(axis, from, to, 1), value);
  }

  private Operand pick(Subscript.At at, int axis, Operand.Tensor indices) {
    axes.add(Axis.GATHERED);
    if (indices.type().format().equals(Formats.BOOL)) {
      return frame.fail(at.span()
          .error("a mask can't be an index, since the shape of the result would depend on its values")
          .hint("where(mask, x, 0) keeps the shape"));
    }
    if (!indices.type().format().isInteger()) {
      return frame.fail(at.span().error("indices are integers, not " + indices.type().format().name()));
    }
    if (picked.isPresent()) {
      return frame.fail(at.span().error("only one subscript may be a tensor of indices")
          .hint("index one axis after the other: x[i][:, j]"));
    }
    picked = Optional.of(new Picked(indices, axis));
    return value;
  }

  /** Drops and adds axes. */
  private Operand reshaped(Shape shape) {
    ImmutableList.Builder<Dim> dims = ImmutableList.builder();
    int next = 0;
    for (Axis axis : axes) {
      switch (axis) {
        case NEW -> dims.add(Dim.ONE);
        case KEPT -> dims.add(shape.dim(next++));
        case DROPPED -> next++;
        case GATHERED -> {
          int rank = picked.orElseThrow().indices().type().rank();
          dims.addAll(shape.dims().subList(next, next + rank));
          next += rank;
        }
      }
    }
    Shape result = Shape.of(dims.build());
    return result.equals(shape) ? value : frame.emit(expression.span(), new Reshape(result), value);
  }
}
