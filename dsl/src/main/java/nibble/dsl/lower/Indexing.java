package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Subscript;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.op.Gather;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Subscripts of tensors: {@code x[:, 0, a:b, ::2, new, ..]}. Ranges become slices, a tensor of indices a gather, and at the
 * end one reshape drops the axes of single indices and adds the new ones.
 */
final class Indexing {
  private final Expression.Index expression;
  private final Frame frame;
  /** The axes of the tensor as they are now, in order; each belongs to one subscript. */
  private final List<Axis> axes = new ArrayList<>();
  private Operand value;
  private boolean failed;

  /** What became of an axis: how many axes it is now, and whether it disappears. */
  private record Axis(int count, boolean dropped) {
    static final Axis KEPT = new Axis(1, false);
    static final Axis DROPPED = new Axis(1, true);
    static final Axis NEW = new Axis(0, false);
  }

  private Indexing(Expression.Index expression, Operand value, Frame frame) {
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
    Operand base = Expressions.tensor(expression.base(), frame);
    return base instanceof Operand.Tensor tensor
        ? new Indexing(expression, tensor, frame).run(tensor.type())
        : Operand.FAILED;
  }

  private TensorType type() {
    return Values.of(value).tensorType();
  }

  private Operand run(TensorType type) {
    List<Subscript> subscripts = expression.subscripts();
    long consumed = subscripts.stream()
        .filter(s -> s instanceof Subscript.At || s instanceof Subscript.Slice).count();
    long others = subscripts.stream().filter(Subscript.OtherAxes.class::isInstance).count();
    if (others > 1) {
      return frame.fail(expression.span().error(".. stands at most once between brackets"));
    }
    if (consumed > type.rank()) {
      return frame.fail(expression.span()
          .error("there are " + consumed + " subscripts for " + type.rank() + (type.rank() == 1 ? " axis" : " axes"))
          .note(Sides.describe("it", expression.base(), type, frame)));
    }
    int rest = type.rank() - (int) consumed;
    Optional<Operand.Tensor> indices = Optional.empty();
    int gatherAxis = -1;
    for (Subscript subscript : subscripts) {
      int axis = axes.stream().mapToInt(Axis::count).sum();
      switch (subscript) {
        case Subscript.NewAxis ignored -> axes.add(Axis.NEW);
        case Subscript.OtherAxes ignored -> keep(rest);
        case Subscript.Slice slice -> slice(slice, axis);
        case Subscript.At at -> {
          Optional<Operand.Tensor> tensor = at(at, axis);
          if (tensor.isPresent() && indices.isPresent()) {
            return frame.fail(at.span().error("only one subscript may be a tensor of indices")
                .hint("index one axis after the other: x[i][:, j]"));
          }
          gatherAxis = tensor.isPresent() ? axis : gatherAxis;
          indices = tensor.isPresent() ? tensor : indices;
        }
      }
      if (failed || value instanceof Operand.Failed) {
        return Operand.FAILED;
      }
    }
    keep(type.rank() - axes.stream().mapToInt(Axis::count).sum());
    if (indices.isPresent()) {
      gather(gatherAxis, indices.get().value());
    }
    return value instanceof Operand.Failed ? value : reshaped();
  }

  private void keep(int count) {
    for (int i = 0; i < count; i++) {
      axes.add(Axis.KEPT);
    }
  }

  private void fail(Diagnostic diagnostic) {
    frame.report(diagnostic);
    failed = true;
  }

  private void slice(Subscript.Slice slice, int axis) {
    axes.add(Axis.KEPT);
    Dim extent = type().shape().dim(axis);
    Optional<Dim> from = slice.from().isPresent() ? bound(slice.from().get(), extent) : Optional.of(Dim.ZERO);
    Optional<Dim> to = slice.to().isPresent() ? bound(slice.to().get(), extent) : Optional.of(extent);
    Optional<Long> step = slice.step().isPresent() ? Sizes.constant(slice.step().get(), frame) : Optional.of(1L);
    if (from.isEmpty() || to.isEmpty() || step.isEmpty()) {
      failed = true;
      return;
    }
    if (step.get() < 1) {
      fail(slice.step().get().span().error("the step of a slice is at least 1, not " + step.get()));
      return;
    }
    if (isNegative(from.get()) || isNegative(to.get().minus(from.get())) || isNegative(extent.minus(to.get()))) {
      fail(slice.span().error(
          "the range " + from.get() + ":" + to.get() + " is outside axis " + axis + " of extent " + extent));
      return;
    }
    if (!from.get().is(0) || !to.get().equals(extent) || step.get() != 1) {
      value = frame.emit(slice.span(), new Slice(axis, from.get(), to.get(), step.get()), value);
    }
  }

  /** A bound of a slice; a negative number counts from the end. */
  private Optional<Dim> bound(Expression expression, Dim extent) {
    return Sizes.evaluate(expression, frame).map(dim -> isNegative(dim) ? extent.plus(dim) : dim);
  }

  private static boolean isNegative(Dim dim) {
    return dim.isConstant() && dim.constant() < 0;
  }

  /** Takes one index along an axis; a tensor of indices is left to be gathered when the slices are done. */
  private Optional<Operand.Tensor> at(Subscript.At at, int axis) {
    Operand index = Expressions.evaluate(at.index(), frame);
    switch (index) {
      case Operand.Size size -> single(at, axis, size.dim());
      case Operand.Literal literal when literal.shape().rank() == 0 && literal.number() == Math.rint(literal.number()) ->
          single(at, axis, Dim.of((long) literal.number()));
      case Operand.Literal literal when literal.shape().rank() > 0 -> {
        return indices(at, Values.in(Formats.I32, literal, at.span(), frame));
      }
      case Operand.Tensor tensor -> {
        return indices(at, tensor);
      }
      case Operand.Failed ignored -> failed = true;
      default -> fail(at.span().error("an index is an integer, not " + Text.of(index)));
    }
    return Optional.empty();
  }

  private void single(Subscript.At at, int axis, Dim index) {
    axes.add(Axis.DROPPED);
    Dim extent = type().shape().dim(axis);
    Dim from = isNegative(index) ? extent.plus(index) : index;
    Dim to = from.plus(Dim.ONE);
    if (isNegative(from) || isNegative(extent.minus(to))) {
      fail(at.span().error("the index " + index + " is outside axis " + axis + " of extent " + extent));
    } else if (!extent.is(1)) {
      value = frame.emit(at.span(), new Slice(axis, from, to, 1), value);
    }
  }

  private Optional<Operand.Tensor> indices(Subscript.At at, Operand index) {
    if (!(index instanceof Operand.Tensor tensor)) {
      failed = true;
      return Optional.empty();
    }
    axes.add(new Axis(1, false));
    if (tensor.type().format().equals(Formats.BOOL)) {
      fail(at.span().error("a mask can't be an index, since the shape of the result would depend on its values")
          .hint("where(mask, x, 0) keeps the shape"));
    } else if (!tensor.type().format().isInteger()) {
      fail(at.span().error("indices are integers, not " + tensor.type().format().name()));
    }
    return Optional.of(tensor);
  }

  private void gather(int axis, Value indices) {
    int position = 0;
    for (int i = 0, counted = 0; counted <= axis; i++) {
      counted += axes.get(i).count();
      position = i;
    }
    axes.set(position, new Axis(indices.tensorType().rank(), false));
    value = frame.emit(expression.span(), new Gather(axis), Values.of(value), indices);
  }

  /** Drops and adds axes. */
  private Operand reshaped() {
    ImmutableList.Builder<Dim> dims = ImmutableList.builder();
    int next = 0;
    for (Axis axis : axes) {
      if (axis == Axis.NEW) {
        dims.add(Dim.ONE);
      } else if (!axis.dropped()) {
        dims.addAll(type().shape().dims().subList(next, next + axis.count()));
      }
      next += axis.count();
    }
    Shape shape = Shape.of(dims.build());
    return shape.equals(type().shape()) ? value : frame.emit(expression.span(), new Reshape(shape), value);
  }
}
