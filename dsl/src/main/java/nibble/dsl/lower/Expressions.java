package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Evaluates expressions. */
final class Expressions {
  private Expressions() {}

  /** The value of an expression; {@link Operand.Failed} where an error has been reported. */
  static Operand evaluate(Expression expression, Frame frame) {
    Session session = frame.session();
    if (!session.enter()) {
      session.leave();
      return frame.fail(expression.span().error("calls and expressions are nested too deeply here"));
    }
    try {
      return dispatch(expression, frame);
    } finally {
      session.leave();
    }
  }

  /** The value of an expression as a run-time value. */
  static Operand tensor(Expression expression, Frame frame) {
    return Values.tensor(evaluate(expression, frame), expression.span(), frame);
  }

  private static Operand dispatch(Expression expression, Frame frame) {
    return switch (expression) {
      case Expression.Number number -> Operand.of(number.value());
      case Expression.Truth truth -> new Operand.Truth(truth.value());
      case Expression.Name name -> name(name.identifier(), frame);
      case Expression.Array array -> array(array, frame);
      case Expression.Tuple tuple -> new Operand.Tuple(
          tuple.items().stream().map(item -> evaluate(item, frame)).collect(ImmutableList.toImmutableList()));
      case Expression.Negative negative -> Arithmetic.negative(negative, frame);
      case Expression.Not not -> Logic.not(not, frame);
      case Expression.Binary binary -> Arithmetic.binary(binary, frame);
      case Expression.Conditional conditional -> Logic.conditional(conditional, frame);
      case Expression.Cast cast -> cast(cast, frame);
      case Expression.Call call -> Calls.call(call, frame);
      case Expression.Index index -> Indexing.index(index, frame);
      case Expression.Selection selection -> Selections.select(selection, frame);
      case Expression.Rearrange rearrange -> Rearranging.rearrange(rearrange, frame);
      case Expression.Text text -> frame.fail(text.span().error("a string is no value here"));
      case Expression.Broken broken -> Operand.FAILED;
    };
  }

  private static Operand name(Identifier name, Frame frame) {
    Optional<Operand> value = frame.find(name);
    if (value.isPresent()) {
      return value.get();
    }
    String message = Callables.describe(name.name(), frame)
        .map(other -> "'" + name + "' is " + other + ", not a value")
        .orElse("there is no '" + name + "' here");
    frame.reportUnknown(name, message, Sets.difference(frame.names(), Set.of(name.name())));
    return Operand.FAILED;
  }

  /** Numbers, or arrays of numbers that have one shape. */
  private static Operand array(Expression.Array array, Frame frame) {
    List<Operand> items = new ArrayList<>();
    for (Expression item : array.items()) {
      items.add(evaluate(item, frame));
    }
    if (items.contains(Operand.FAILED)) {
      return Operand.FAILED;
    }
    ImmutableList.Builder<Double> values = ImmutableList.builder();
    Optional<Shape> shape = Optional.empty();
    for (int i = 0; i < items.size(); i++) {
      Optional<Operand.Literal> literal = literal(items.get(i));
      if (literal.isEmpty() || literal.get().shape().size().constant() != literal.get().values().size()) {
        return frame.fail(array.items().get(i).span()
            .error("an array holds numbers that are known now, not " + Text.of(items.get(i)))
            .hint("tensors are joined with concat(a, b, axis = 0)"));
      }
      if (shape.isPresent() && !shape.get().equals(literal.get().shape())) {
        return frame.fail(array.items().get(i).span().error("the items of an array have one shape")
            .note("the first is " + Text.of(items.getFirst()) + ", this one " + Text.of(items.get(i))));
      }
      shape = Optional.of(literal.get().shape());
      values.addAll(literal.get().values());
    }
    if (shape.isEmpty()) {
      return frame.fail(array.span().error("an array has at least one item"));
    }
    ImmutableList<Dim> dims =
        ImmutableList.<Dim>builder().add(Dim.of(items.size())).addAll(shape.get().dims()).build();
    return new Operand.Literal(values.build(), Shape.of(dims), Optional.empty());
  }

  private static Optional<Operand.Literal> literal(Operand operand) {
    return operand instanceof Operand.Literal literal
        ? Optional.of(literal)
        : operand.constantNumber().map(Operand.Literal::of);
  }

  private static Operand cast(Expression.Cast cast, Frame frame) {
    Operand operand = evaluate(cast.operand(), frame);
    return Types.format(cast.format(), frame)
        .map(format -> cast(operand, format, cast, frame))
        .orElse(Operand.FAILED);
  }

  private static Operand cast(Operand operand, NumberFormat format, Expression.Cast cast, Frame frame) {
    return Conversions.cast(operand, format, cast.span(), frame);
  }
}
