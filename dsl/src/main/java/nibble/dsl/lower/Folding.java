package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.ir.op.UnaryOp;
import nibble.ir.shape.Dim;

/** Arithmetic on what is known now: numbers, sizes and truth values. */
final class Folding {
  private Folding() {}

  /** The result where both sides are known; nothing where an operation must compute it. */
  static Optional<Operand> fold(BinaryOperator operator, Operand left, Operand right) {
    Optional<Double> a = plainNumber(left);
    Optional<Double> b = plainNumber(right);
    if (a.isPresent() && b.isPresent()) {
      return operator.isComparison()
          ? Optional.of(new Operand.Truth(compare(operator, a.get(), b.get())))
          : number(operator, a.get(), b.get());
    }
    Optional<Dim> m = left.extent();
    Optional<Dim> n = right.extent();
    if (m.isPresent() && n.isPresent() && !left.isTyped() && !right.isTyped()) {
      return sizes(operator, m.get(), n.get());
    }
    if (left instanceof Operand.Truth p && right instanceof Operand.Truth q) {
      return switch (operator) {
        case EQUAL -> Optional.of(new Operand.Truth(p.value() == q.value()));
        case NOT_EQUAL -> Optional.of(new Operand.Truth(p.value() != q.value()));
        default -> Optional.empty();
      };
    }
    return Optional.empty();
  }

  /** A number that is known now and has taken no format yet. */
  static Optional<Double> plainNumber(Operand operand) {
    return operand.isTyped() ? Optional.empty() : operand.constantNumber();
  }

  private static Optional<Operand> number(BinaryOperator operator, double a, double b) {
    double value = switch (operator) {
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case REMAINDER -> a % b;
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case POWER -> Math.pow(a, b);
      default -> Double.NaN;
    };
    // What is no number now, such as 1 / 0, is for the operation to compute.
    return Double.isFinite(value) ? Optional.of(Operand.of(value)) : Optional.empty();
  }

  private static boolean compare(BinaryOperator operator, double a, double b) {
    return switch (operator) {
      case LESS -> a < b;
      case LESS_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_EQUAL -> a >= b;
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      default -> throw new IllegalArgumentException(operator + " is no comparison");
    };
  }

  private static Optional<Operand> sizes(BinaryOperator operator, Dim m, Dim n) {
    return switch (operator) {
      case ADD -> Optional.of(new Operand.Size(m.plus(n)));
      case SUBTRACT -> Optional.of(new Operand.Size(m.minus(n)));
      case MULTIPLY -> m.terms().size() * n.terms().size() <= Sizes.MAX_TERMS
          ? Optional.of(new Operand.Size(m.times(n)))
          : Optional.empty();
      case DIVIDE -> m.dividedBy(n).map(Operand.Size::new);
      case LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL -> m.minus(n).isConstant()
          ? Optional.of(new Operand.Truth(compare(operator, m.minus(n).constant(), 0)))
          : Optional.empty();
      case POWER, REMAINDER, MATMUL, AND, OR -> Optional.empty();
    };
  }

  static Operand negate(Operand.Literal literal) {
    ImmutableList<Double> values =
        literal.values().stream().map(value -> -value).collect(ImmutableList.toImmutableList());
    return new Operand.Literal(values, literal.shape(), literal.format());
  }

  /** A function of a number that is known now; nothing where the result is no number. */
  static Optional<Operand> apply(UnaryOp function, Operand operand) {
    return plainNumber(operand)
        .map(function::apply)
        .filter(Double::isFinite)
        .map(Operand::of);
  }
}
