package nibble.dsl.lower;

import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Span;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.shape.Dim;

/** Evaluates expressions that must be sizes. Where the answer is empty, an error has been reported. */
final class Sizes {
  /** Terms of a polynomial; more are surely a mistake. */
  static final int MAX_TERMS = 64;

  private Sizes() {}

  static Optional<Dim> evaluate(Expression expression, Context context) {
    try {
      return dim(expression, context);
    } catch (ArithmeticException e) {
      context.report(expression.span().error("this size is too large"));
      return Optional.empty();
    }
  }

  /** A size that is known now. */
  static Optional<Long> constant(Expression expression, Context context) {
    Optional<Dim> dim = evaluate(expression, context);
    if (dim.isEmpty() || dim.get().isConstant()) {
      return dim.map(Dim::constant);
    }
    if (!context.isGeneric()) {
      context.report(expression.span().error("the size " + dim.get() + " is symbolic; a constant is needed here"));
    }
    return Optional.empty();
  }

  private static Optional<Dim> dim(Expression expression, Context context) {
    return switch (expression) {
      case Expression.Number number when number.integer() -> Optional.of(Dim.of((long) number.value()));
      case Expression.Name name -> named(name, context);
      case Expression.Negative negative -> evaluate(negative.operand(), context).map(Dim.ZERO::minus);
      case Expression.Binary binary -> binary(binary, context);
      case Expression.Call call when isCeiling(call) -> ceiling(call, context);
      case Expression.Broken broken -> Optional.empty();
      default -> refuse(expression.span(), context);
    };
  }

  private static Optional<Dim> refuse(Span span, Context context) {
    context.report(span.error("this is no size")
        .hint("sizes are made of integers, names of sizes, + - * / % and ceil(a / b)"));
    return Optional.empty();
  }

  private static Optional<Dim> named(Expression.Name name, Context context) {
    Optional<Operand> operand = context.find(name.identifier());
    if (operand.isEmpty()) {
      context.reportUnknown(
          name.identifier(), "there is no size '" + name.name() + "' here", context.names());
      return Optional.empty();
    }
    return of(operand.get(), name, context);
  }

  /** The size that a value is, where it is one. */
  private static Optional<Dim> of(Operand operand, Expression.Name name, Context context) {
    return switch (operand) {
      case Operand.Size size -> Optional.of(size.dim());
      case Operand.Failed failed -> Optional.empty();
      case Operand.Literal literal when literal.extent().isPresent() -> literal.extent();
      case Operand.Literal literal -> {
        context.report(name.span().error("a size is an integer, '" + name.name() + "' is " + Text.of(operand)));
        yield Optional.empty();
      }
      case Operand.Tensor tensor when context.mayBeKnown(tensor) -> Optional.empty();
      case Operand.Tensor tensor -> {
        Diagnostic diagnostic = name.span()
            .error("'" + name.name() + "' is known at run time only; a size is needed here");
        context.report(context.whyNotConstant(name.name()).map(diagnostic::hint).orElse(diagnostic));
        yield Optional.empty();
      }
      case Operand.Truth truth -> refuse(name.span(), context);
      case Operand.Tuple tuple -> refuse(name.span(), context);
    };
  }

  private static Optional<Dim> binary(Expression.Binary binary, Context context) {
    Optional<Dim> left = evaluate(binary.left(), context);
    Optional<Dim> right = evaluate(binary.right(), context);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    Dim a = left.get();
    Dim b = right.get();
    return switch (binary.operator()) {
      case ADD -> bounded(a.plus(b), binary, context);
      case SUBTRACT -> bounded(a.minus(b), binary, context);
      case MULTIPLY -> a.terms().size() * b.terms().size() > MAX_TERMS
          ? tooManyTerms(binary, context)
          : Optional.of(a.times(b));
      case DIVIDE -> quotient(a, b, binary, context);
      case REMAINDER -> remainder(a, b, binary, context);
      default -> refuse(binary.span(), context);
    };
  }

  private static Optional<Dim> bounded(Dim dim, Expression.Binary binary, Context context) {
    return dim.terms().size() > MAX_TERMS ? tooManyTerms(binary, context) : Optional.of(dim);
  }

  private static Optional<Dim> tooManyTerms(Expression.Binary binary, Context context) {
    context.report(binary.span().error("this size has more than " + MAX_TERMS + " terms when multiplied out"));
    return Optional.empty();
  }

  private static Optional<Dim> quotient(Dim a, Dim b, Expression.Binary binary, Context context) {
    Optional<Dim> quotient = a.dividedBy(b);
    if (quotient.isEmpty() && !context.isGeneric()) {
      Diagnostic diagnostic = binary.span().error(b.is(0)
          ? "a size is divided by 0"
          : "the size " + a + " is not known to be a multiple of " + b);
      context.report(b.is(0) ? diagnostic : diagnostic.hint("ceil(a / b) rounds up"));
    }
    return quotient;
  }

  private static Optional<Dim> remainder(Dim a, Dim b, Expression.Binary binary, Context context) {
    if (a.isConstant() && b.isConstant() && !b.is(0)) {
      return Optional.of(Dim.of(a.constant() % b.constant()));
    }
    if (a.dividedBy(b).isPresent()) {
      return Optional.of(Dim.ZERO);
    }
    if (!context.isGeneric()) {
      context.report(binary.span().error("the remainder of " + a + " and " + b + " is not known"));
    }
    return Optional.empty();
  }

  static boolean isCeiling(Expression.Call call) {
    return call.callee() instanceof Expression.Name name && name.name().equals("ceil")
        && call.arguments().size() == 1
        && call.arguments().getFirst().value() instanceof Expression.Binary ratio
        && ratio.operator() == BinaryOperator.DIVIDE;
  }

  private static Optional<Dim> ceiling(Expression.Call call, Context context) {
    Expression.Binary ratio = (Expression.Binary) call.arguments().getFirst().value();
    Optional<Dim> numerator = evaluate(ratio.left(), context);
    Optional<Long> divisor = constant(ratio.right(), context);
    if (numerator.isEmpty() || divisor.isEmpty()) {
      return Optional.empty();
    }
    if (divisor.get() < 1) {
      context.report(ratio.right().span().error("the divisor of a size must be at least 1, not " + divisor.get()));
      return Optional.empty();
    }
    return Optional.of(numerator.get().ceilDiv(divisor.get()));
  }
}
