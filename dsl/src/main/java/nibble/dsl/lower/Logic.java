package nibble.dsl.lower;

import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Span;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.op.And;
import nibble.ir.op.Not;
import nibble.ir.op.Or;
import nibble.ir.op.Select;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Shape;

/** Truth values and choices. What is decided now evaluates only the side that counts. */
final class Logic {
  private Logic() {}

  static Operand not(Expression.Not not, Frame frame) {
    Operand operand = Expressions.evaluate(not.operand(), frame);
    return operand instanceof Operand.Truth truth
        ? new Operand.Truth(!truth.value())
        : frame.emit(not.span(), new Not(), condition(operand, not.operand().span(), "not", frame));
  }

  static Operand binary(Expression.Binary binary, Frame frame) {
    boolean isAnd = binary.operator() == BinaryOperator.AND;
    String symbol = binary.operator().symbol();
    Operand left = Expressions.evaluate(binary.left(), frame);
    if (left instanceof Operand.Truth truth) {
      return truth.value() == isAnd ? decided(binary.right(), symbol, frame) : truth;
    }
    Operand right = decided(binary.right(), symbol, frame);
    if (right instanceof Operand.Truth truth) {
      return truth.value() == isAnd ? condition(left, binary.left().span(), symbol, frame) : truth;
    }
    Operand a = condition(left, binary.left().span(), symbol, frame);
    if (!(a instanceof Operand.Tensor x && right instanceof Operand.Tensor y)) {
      return Operand.FAILED;
    }
    if (Broadcast.common(x.type().shape(), y.type().shape()).isEmpty()) {
      Diagnostic error =
          binary.symbol().error("the shapes of the two sides of " + symbol + " do not fit together");
      return frame.fail(new Sides(binary, x.type(), y.type()).explain(error, frame)
          .note(Sides.broadcastProof(x.type().shape(), y.type().shape())));
    }
    return frame.emit(binary.span(), isAnd ? new And() : new Or(), x.value(), y.value());
  }

  /** The other side of an operator: a truth value that is known now, or a tensor of them. */
  private static Operand decided(Expression expression, String symbol, Frame frame) {
    Operand operand = Expressions.evaluate(expression, frame);
    return operand instanceof Operand.Truth ? operand : condition(operand, expression.span(), symbol, frame);
  }

  /** A tensor of truth values. */
  private static Operand condition(Operand operand, Span at, String what, Frame frame) {
    Operand value = operand instanceof Operand.Literal || operand instanceof Operand.Size
        ? frame.fail(notTruth(operand, at, what))
        : Values.tensor(operand, at, frame);
    return value instanceof Operand.Tensor tensor && !tensor.type().format().equals(Formats.BOOL)
        ? frame.fail(notTruth(operand, at, what))
        : value;
  }

  private static Diagnostic notTruth(Operand operand, Span at, String what) {
    return at.error("'" + what + "' takes truth values, not " + Text.of(operand)).hint("compare it: x != 0");
  }

  static Operand conditional(Expression.Conditional conditional, Frame frame) {
    Operand condition = Expressions.evaluate(conditional.condition(), frame);
    if (condition instanceof Operand.Truth truth) {
      return Expressions.evaluate(truth.value() ? conditional.yes() : conditional.no(), frame);
    }
    return select(
        conditional.span(), condition(condition, conditional.condition().span(), "if", frame),
        conditional.yes(), conditional.no(), frame);
  }

  /** The elements of one tensor where a condition holds, and of another where it does not. */
  static Operand select(Span at, Operand condition, Expression yes, Expression no, Frame frame) {
    List<Operand> choices = List.of(Expressions.evaluate(yes, frame), Expressions.evaluate(no, frame));
    Optional<? extends List<Value>> values = Adaptation.values(choices, List.of(yes, no), Formats.F32, frame);
    if (!(condition instanceof Operand.Tensor tensor) || values.isEmpty()) {
      return Operand.FAILED;
    }
    TensorType a = values.get().get(0).tensorType();
    TensorType b = values.get().get(1).tensorType();
    if (!a.format().equals(b.format())) {
      return frame.fail(at.error(
              "the two choices have different formats, " + a.format().name() + " and " + b.format().name())
          .hint("cast one of them: x as " + a.format().name()));
    }
    Optional<Shape> shape = Broadcast.common(a.shape(), b.shape());
    if (shape.flatMap(both -> Broadcast.common(both, tensor.type().shape())).isEmpty()) {
      return frame.fail(at.error("the shapes of the condition and of the two choices do not fit together")
          .note("the condition is " + Text.of(tensor.type()))
          .note("the choices are " + Text.of(a) + " and " + Text.of(b)));
    }
    return frame.emit(at, new Select(), tensor.value(), values.get().get(0), values.get().get(1));
  }
}
