package nibble.dsl.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Span;
import nibble.ir.shape.Dim;

/** Evaluates the sizes and constants of a scope when they are first asked for, in whatever order they stand. */
final class DeclaredValues {
  private final Map<Span, Operand> known = new HashMap<>();
  private final List<String> open = new ArrayList<>();
  private final boolean mayBeSymbolic;

  /** {@code mayBeSymbolic} is true of models: a size of theirs without a value is a symbol. */
  DeclaredValues(boolean mayBeSymbolic) {
    this.mayBeSymbolic = mayBeSymbolic;
  }

  Operand of(Declaration.Size size, Context context) {
    return memoised(size, context, size.value().isEmpty()
        ? () -> symbol(size, context)
        : () -> Sizes.evaluate(size.value().get(), context).<Operand>map(Operand.Size::new).orElse(Operand.FAILED));
  }

  Operand of(Declaration.Constant constant, Context context) {
    return memoised(constant, context, () -> constant(constant, context));
  }

  private Operand symbol(Declaration.Size size, Context context) {
    if (mayBeSymbolic) {
      return new Operand.Size(Dim.symbol(size.name()));
    }
    context.report(size.identifier().span()
        .error("the size '" + size.name() + "' has no value")
        .hint("only a model has sizes that are bound by its inputs; in a block, make it a parameter: block B<"
            + size.name() + ">"));
    return Operand.FAILED;
  }

  private static Operand constant(Declaration.Constant constant, Context context) {
    Operand value = Expressions.evaluate(constant.value(), Frame.ofConstant(context));
    return switch (value) {
      case Operand.Literal literal -> literal;
      case Operand.Size size -> size;
      case Operand.Truth truth -> truth;
      case Operand.Failed failed -> failed;
      case Operand.Tensor tensor -> refuse(constant, value, context);
      case Operand.Tuple tuple -> refuse(constant, value, context);
    };
  }

  private static Operand refuse(Declaration.Constant constant, Operand value, Context context) {
    context.report(constant.value().span()
        .error("a constant outside a function is a number, not " + Text.of(value))
        .hint("compute it in a function"));
    return Operand.FAILED;
  }

  private interface Evaluation {
    Operand run();
  }

  private Operand memoised(Declaration declaration, Context context, Evaluation evaluation) {
    Operand value = known.get(declaration.identifier().span());
    if (value != null) {
      return value;
    }
    if (open.contains(declaration.name())) {
      List<String> circle = open.subList(open.indexOf(declaration.name()), open.size());
      context.report(declaration.identifier().span()
          .error("'" + declaration.name() + "' is defined by itself")
          .note(String.join(" needs ", circle) + " needs " + declaration.name()));
      return Operand.FAILED;
    }
    open.add(declaration.name());
    Optional<Operand> result = Optional.empty();
    try {
      result = Optional.of(evaluation.run());
      return result.get();
    } finally {
      open.removeLast();
      known.put(declaration.identifier().span(), result.orElse(Operand.FAILED));
    }
  }
}
