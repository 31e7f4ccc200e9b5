package nibble.dsl.lower;

import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Span;
import nibble.ir.Op;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Add;
import nibble.ir.op.Compare;
import nibble.ir.op.Div;
import nibble.ir.op.Mul;
import nibble.ir.op.Neg;
import nibble.ir.op.Remainder;
import nibble.ir.op.Sub;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;

/** Operators on numbers, with broadcasting. */
final class Arithmetic {
  private Arithmetic() {}

  static Operand binary(Expression.Binary binary, Frame frame) {
    return switch (binary.operator()) {
      case AND, OR -> Logic.binary(binary, frame);
      case MATMUL -> Products.multiply(binary, frame);
      case POWER -> Powers.power(binary, frame);
      case LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL -> comparison(binary, frame);
      case MULTIPLY, DIVIDE, REMAINDER, ADD, SUBTRACT -> elementwise(binary, frame);
    };
  }

  private static Operand comparison(Expression.Binary binary, Frame frame) {
    if (binary.left() instanceof Expression.Binary inner && inner.operator().isComparison()) {
      return frame.fail(binary.symbol()
          .error("comparisons do not form chains")
          .hint("write a < b and b < c"));
    }
    return elementwise(binary, frame);
  }

  /** Applies an operator: now where both sides are known, by an operation otherwise. */
  private static Operand elementwise(Expression.Binary binary, Frame frame) {
    Operand left = Expressions.evaluate(binary.left(), frame);
    Operand right = Expressions.evaluate(binary.right(), frame);
    if (left instanceof Operand.Failed || right instanceof Operand.Failed) {
      return Operand.FAILED;
    }
    Optional<Operand> known = Folding.fold(binary.operator(), left, right);
    if (known.isPresent()) {
      return known.get();
    }
    boolean sizes = left instanceof Operand.Size && right instanceof Operand.Size;
    NumberFormat alone = sizes && binary.operator().isComparison() ? Formats.I32 : Formats.F32;
    List<Expression> expressions = List.of(binary.left(), binary.right());
    return Adaptation.values(List.of(left, right), expressions, alone, frame)
        .map(values -> {
          Optional<Diagnostic> misfit = misfit(
              binary, values.get(0).tensorType(), values.get(1).tensorType(), frame);
          return misfit.isPresent()
              ? frame.fail(misfit.get())
              : frame.emit(binary.span(), op(binary.operator()), values.get(0), values.get(1));
        })
        .orElse(Operand.FAILED);
  }

  /** What is wrong with the types of the two sides, if anything is. */
  private static Optional<Diagnostic> misfit(
      Expression.Binary binary, TensorType left, TensorType right, Frame frame) {
    String symbol = binary.operator().symbol();
    Sides sides = new Sides(binary, left, right);
    if (!left.isPlain() || !right.isPlain()) {
      return Optional.of(sides.explain(binary.symbol().error(symbol + " takes plain tensors"), frame)
          .hint("dequantize(x) gives the values that codes stand for"));
    }
    boolean equality = binary.operator() == BinaryOperator.EQUAL || binary.operator() == BinaryOperator.NOT_EQUAL;
    if (!equality && (left.format().equals(Formats.BOOL) || right.format().equals(Formats.BOOL))) {
      return Optional.of(sides.explain(binary.symbol().error(symbol + " takes numbers, not truth values"), frame)
          .hint("cast it: mask as f32 is 1 where mask is true"));
    }
    if (!left.format().equals(right.format())) {
      return Optional.of(sides.explain(binary.symbol().error(
          "the two sides of " + symbol + " have different formats, " + left.format().name() + " and "
              + right.format().name()), frame)
          .hint("cast one of them: x as " + left.format().name()));
    }
    if (Broadcast.common(left.shape(), right.shape()).isEmpty()) {
      return Optional.of(sides
          .explain(binary.symbol().error("the shapes of the two sides of " + symbol + " do not fit together"), frame)
          .note(Sides.broadcastProof(left.shape(), right.shape())));
    }
    return Optional.empty();
  }

  private static Op op(BinaryOperator operator) {
    return switch (operator) {
      case MULTIPLY -> new Mul();
      case DIVIDE -> new Div();
      case REMAINDER -> new Remainder();
      case ADD -> new Add();
      case SUBTRACT -> new Sub();
      case LESS -> new Compare(Compare.Kind.LT);
      case LESS_EQUAL -> new Compare(Compare.Kind.LE);
      case GREATER -> new Compare(Compare.Kind.GT);
      case GREATER_EQUAL -> new Compare(Compare.Kind.GE);
      case EQUAL -> new Compare(Compare.Kind.EQ);
      case NOT_EQUAL -> new Compare(Compare.Kind.NE);
      case POWER, MATMUL, AND, OR -> throw new IllegalStateException(operator + " is no elementwise operator");
    };
  }

  static Operand negative(Expression.Negative negative, Frame frame) {
    Operand operand = Expressions.evaluate(negative.operand(), frame);
    Span at = negative.span();
    return switch (operand) {
      case Operand.Failed failed -> failed;
      case Operand.Literal literal -> Folding.negate(literal);
      case Operand.Size size -> new Operand.Size(Dim.ZERO.minus(size.dim()));
      case Operand.Truth truth -> frame.fail(at.error("- takes numbers, not truth values").hint("negation is 'not'"));
      case Operand.Tuple tuple -> frame.fail(Values.several(tuple, at));
      case Operand.Tensor tensor when tensor.type().format().equals(Formats.BOOL) ->
          frame.fail(at.error("- takes numbers, not truth values").hint("negation is 'not'"));
      case Operand.Tensor tensor -> frame.emit(at, new Neg(), tensor.value());
    };
  }
}
