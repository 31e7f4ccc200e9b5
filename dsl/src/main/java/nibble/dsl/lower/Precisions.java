package nibble.dsl.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.text.TextReader;

/**
 * Reads how codes are scaled, in types and in {@code quantize}: {@code scale(token, f32)},
 * {@code scale(group(16), ue4m3, up, scale(tensor, f32))}, {@code scale(token, f32, zero(u8))}, {@code residual(i8)}.
 * Where the answer is empty, an error has been reported.
 */
final class Precisions {
  private static final String SCALE = "scale";
  private static final String ZERO = "zero";
  private static final String RESIDUAL = "residual";

  private Precisions() {}

  /** A type with what is written behind its shape. */
  static Optional<TensorType> apply(TensorType plain, List<Expression.Call> precision, Context context) {
    Optional<TensorType> type = Optional.of(plain);
    for (Expression.Call call : precision) {
      type = type.flatMap(before -> apply(before, call, context));
    }
    return type;
  }

  private static Optional<TensorType> apply(TensorType type, Expression.Call call, Context context) {
    String word = ((Expression.Name) call.callee()).name();
    try {
      if (word.equals(SCALE) && !type.isScaled()) {
        return scaleLayout(call, context).map(type::withScale);
      }
      if (word.equals(RESIDUAL) && type.residual().isEmpty() && call.arguments().size() == 1) {
        return residual(call, context).map(type::withResidual);
      }
    } catch (IllegalArgumentException e) {
      context.report(call.span().error(Text.ofMessage(e.getMessage())));
      return Optional.empty();
    }
    context.report(call.span().error("this is no part of a type here")
        .hint(Suggestion.didYouMean(word, List.of(SCALE, RESIDUAL))
            .orElse("such as i8[B, 64] scale(token, f32) residual(i8)")));
    return Optional.empty();
  }

  private static Optional<NumberFormat> residual(Expression.Call call, Context context) {
    return AttributeReader.format(call.arguments().getFirst().value(), context);
  }

  /** Whether an expression is a layout of scales and not a granularity alone. */
  static boolean isScaleLayout(Expression expression) {
    return isCall(expression, SCALE);
  }

  private static boolean isCall(Expression expression, String word) {
    return expression instanceof Expression.Call call
        && call.callee() instanceof Expression.Name name && name.name().equals(word);
  }

  static Optional<ScaleLayout> scaleLayout(Expression expression, Context context) {
    return text(expression, context)
        .flatMap(text -> AttributeReader.parse(text, expression.span(), TextReader::scaleLayout, context));
  }

  /** The same in the syntax of the IR. */
  private static Optional<String> text(Expression expression, Context context) {
    if (!isCall(expression, SCALE) && !isCall(expression, ZERO)) {
      return AttributeReader.word(expression, context);
    }
    Expression.Call call = (Expression.Call) expression;
    if (isCall(expression, SCALE) && call.arguments().size() < 2) {
      context.report(call.span().error("scales have a granularity and a number format")
          .hint("such as scale(token, f32)"));
      return Optional.empty();
    }
    List<String> arguments = new ArrayList<>();
    call.arguments().forEach(argument -> text(argument.value(), context).ifPresent(arguments::add));
    if (arguments.size() < call.arguments().size()) {
      return Optional.empty();
    }
    return Optional.of(isCall(expression, SCALE)
        ? "scale<" + String.join(", ", arguments) + ">"
        : "zero " + String.join(" ", arguments));
  }
}
