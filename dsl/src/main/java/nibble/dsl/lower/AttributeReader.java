package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Span;
import nibble.ir.Registry;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleRule;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.Attributes;
import nibble.ir.text.TextReader;

/** Reads arguments that are attributes of ops and not values. Where the answer is empty, an error has been reported. */
final class AttributeReader {
  private AttributeReader() {}

  static Optional<Boolean> truth(Expression expression, Frame frame) {
    Operand operand = Expressions.evaluate(expression, frame);
    return operand instanceof Operand.Truth truth
        ? Optional.of(truth.value())
        : refuse(expression, operand, "true or false", frame);
  }

  static Optional<Double> number(Expression expression, Frame frame) {
    Operand operand = Expressions.evaluate(expression, frame);
    Optional<Double> number = operand.constantNumber();
    return number.isPresent() ? number : refuse(expression, operand, "a number that is known now", frame);
  }

  private static <T> Optional<T> refuse(Expression expression, Operand operand, String wanted, Frame frame) {
    if (!(operand instanceof Operand.Failed) && !frame.mayBeKnown(operand)) {
      frame.report(expression.span().error("this must be " + wanted + ", not " + Text.of(operand)));
    }
    return Optional.empty();
  }

  /** An axis, counted from the front; a negative one counts from the back. */
  static Optional<Integer> axis(Expression expression, int rank, Frame frame) {
    Optional<Long> axis = Sizes.constant(expression, frame);
    if (axis.isPresent() && (axis.get() < -rank || axis.get() >= rank)) {
      frame.report(expression.span().error("there is no axis " + axis.get() + " in a tensor of rank " + rank));
      return Optional.empty();
    }
    return axis.map(at -> Math.toIntExact(at < 0 ? at + rank : at));
  }

  /** One axis or an array of them, each once. */
  static Optional<ImmutableList<Integer>> axes(Expression expression, int rank, Frame frame) {
    List<Expression> items = expression instanceof Expression.Array array ? array.items() : List.of(expression);
    List<Integer> axes = new ArrayList<>();
    for (Expression item : items) {
      Optional<Integer> axis = axis(item, rank, frame);
      if (axis.isEmpty()) {
        return Optional.empty();
      }
      if (axes.contains(axis.get())) {
        frame.report(item.span().error("the axis " + axis.get() + " is named twice"));
        return Optional.empty();
      }
      axes.add(axis.get());
    }
    axes.sort(null);
    return Optional.of(ImmutableList.copyOf(axes));
  }

  static Optional<Shape> shape(Expression expression, Frame frame) {
    List<Expression> items = switch (expression) {
      case Expression.Array array -> array.items();
      case Expression.Tuple tuple -> tuple.items();
      default -> List.of(expression);
    };
    List<Dim> dims = new ArrayList<>();
    for (Expression item : items) {
      Types.extent(item, frame).ifPresent(dims::add);
    }
    return dims.size() == items.size() ? Optional.of(Shape.of(dims)) : Optional.empty();
  }

  static Optional<NumberFormat> format(Expression expression, Context context) {
    if (expression instanceof Expression.Name name) {
      return Types.format(name.identifier(), context);
    }
    context.report(expression.span().error("this must be the name of a number format, such as f16"));
    return Optional.empty();
  }

  /** {@code token}, {@code axis(0)}, {@code block(1, 128)}. */
  static Optional<Granularity> granularity(Expression expression, Frame frame) {
    return word(expression, frame)
        .flatMap(text -> parse(text, expression.span(), TextReader::granularity, frame));
  }

  /** {@code nearest_even}, {@code stochastic(7, 0)}. */
  static Optional<RoundingMode> rounding(Expression expression, Frame frame) {
    return word(expression, frame)
        .flatMap(text -> parse(text, expression.span(), TextReader::roundingMode, frame));
  }

  /** The keyword of a rule of scales. */
  static Optional<ScaleRule> scaleRule(Expression expression, Frame frame) {
    return word(expression, frame)
        .flatMap(text -> parse(text, expression.span(), TextReader::scaleRule, frame));
  }

  /** A constant of an enum, as a name or a string. */
  static <T> Optional<T> constant(Expression expression, Class<T> type, Frame frame) {
    Optional<String> text = word(expression, frame);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    List<T> constants = Arrays.asList(type.getEnumConstants());
    List<String> words = constants.stream().map(constant -> Attributes.word((Enum<?>) constant)).toList();
    if (!words.contains(text.get())) {
      Diagnostic diagnostic = expression.span().error("'" + text.get() + "' is not known here");
      frame.report(diagnostic.hint(Suggestion.didYouMean(text.get(), words)
          .orElse("it is one of " + String.join(", ", words))));
      return Optional.empty();
    }
    return Optional.of(constants.get(words.indexOf(text.get())));
  }

  /** The text of a word: a name, a name with numbers, a string. */
  static Optional<String> word(Expression expression, Context context) {
    Optional<String> text = plainWord(expression, context);
    if (text.isEmpty()) {
      context.report(expression.span().error("a word is needed here").hint("such as token, block(1, 128) or \"erf\""));
    }
    return text;
  }

  private static Optional<String> plainWord(Expression expression, Context context) {
    return switch (expression) {
      case Expression.Name name -> Optional.of(name.name());
      case Expression.Text text -> Optional.of(text.value());
      case Expression.Call call when call.callee() instanceof Expression.Name name -> {
        List<String> numbers = new ArrayList<>();
        for (Expression.Argument argument : call.arguments()) {
          Sizes.constant(argument.value(), context).map(String::valueOf).ifPresent(numbers::add);
        }
        yield Optional.of(name.name() + "(" + String.join(",", numbers) + ")");
      }
      default -> Optional.empty();
    };
  }

  /** What a reader of the text form makes of a text. */
  interface Reading<T> {
    T read(TextReader reader);
  }

  /** Reads text in the syntax of the IR, and reports its complaints where the text stands in the program. */
  static <T> Optional<T> parse(String text, Span at, Reading<T> reading, Context context) {
    Registry registry = context.session().registry();
    try {
      TextReader reader = new TextReader(text, at.file(), registry);
      T value = reading.read(reader);
      if (!reader.atEnd()) {
        context.report(at.error("'" + text + "' is not understood here"));
        return Optional.empty();
      }
      return Optional.of(value);
    } catch (InputException e) {
      Diagnostic cause = e.diagnostics().getFirst();
      Diagnostic diagnostic = at.error(cause.message());
      context.report(cause.hint().map(diagnostic::hint).orElse(diagnostic));
    } catch (IllegalArgumentException | ArithmeticException e) {
      context.report(at.error("'" + text + "' is not understood here: " + e.getMessage()));
    }
    return Optional.empty();
  }
}
