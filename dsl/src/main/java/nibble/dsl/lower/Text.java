package nibble.dsl.lower;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.TypeExpression;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.shape.Dim;

/** Types and values as the language writes them. */
final class Text {
  private static final String IR_TYPE = "tensor<[";
  private static final Pattern IR_TYPE_BODY = Pattern.compile("(\\[[^\\]]*\\]) x (\\w+)(.*)");

  /** A letter that no name of the language has. */
  private static final String ANY_LEADING = "\u02D0";

  private Text() {}

  /** The symbol that stands for all axes of a {@code ..} where nothing says how many there are. */
  static Dim anyLeadingAxes(String name) {
    return Dim.symbol(ANY_LEADING + name);
  }

  /** A message about such axes, which writes them as the program does. */
  static Diagnostic withLeadingAxes(Diagnostic diagnostic) {
    return new Diagnostic(
        diagnostic.severity(), written(diagnostic.message()), diagnostic.location(), diagnostic.length(),
        diagnostic.notes().stream().map(Text::written).collect(ImmutableList.toImmutableList()), diagnostic.hint());
  }

  private static String written(String text) {
    return text.replace(ANY_LEADING, "..");
  }

  /** {@code f32[B,S,384]}; {@code f32} for a scalar; {@code i8[B,384] scale(token, f32)}. */
  static String of(TensorType type) {
    return type.format().name() + (type.rank() == 0 ? "" : type.shape())
        + type.scale().map(layout -> " " + of(layout)).orElse("")
        + type.residual().map(codes -> " residual(" + codes.name() + ")").orElse("")
        + type.sparse().map(layout -> " with sparse<" + layout.text() + ">").orElse("");
  }

  private static String of(ScaleLayout layout) {
    List<String> parts = new ArrayList<>();
    String numbers = Joiner.on(", ").join(layout.granularity().arguments());
    parts.add(layout.granularity().keyword() + (numbers.isEmpty() ? "" : "(" + numbers + ")"));
    parts.add(layout.format().name());
    if (layout.rule() != ScaleRules.NEAREST) {
      parts.add(layout.rule().keyword());
    }
    layout.outer().ifPresent(outer -> parts.add(of(outer)));
    layout.zero().ifPresent(zeros -> parts.add("zero(" + zeros.name() + ")"));
    return "scale(" + String.join(", ", parts) + ")";
  }

  /** A value, in words that fit behind "is" and "not". */
  static String of(Operand operand) {
    return switch (operand) {
      case Operand.Tensor tensor -> of(tensor.type());
      case Operand.Literal literal when literal.shape().rank() > 0 -> "an array of numbers " + literal.shape();
      case Operand.Literal literal -> "the number " + number(literal.number());
      case Operand.Size size -> "the size " + size.dim();
      case Operand.Truth truth -> String.valueOf(truth.value());
      case Operand.Tuple tuple -> "(" + tuple.items().stream().map(Text::of).collect(Collectors.joining(", ")) + ")";
      case Operand.Failed failed -> "unknown";
    };
  }

  /** A number without a fraction of zero. */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15 ? String.valueOf((long) value) : String.valueOf(value);
  }

  /** The type as declared: {@code f32[.., N]}. */
  static String of(TypeExpression type) {
    String precision = type.precision().stream().map(part -> " " + size(part)).collect(Collectors.joining());
    if (type.leading().isEmpty() && type.extents().isEmpty()) {
      return type.format().name() + precision;
    }
    Iterable<String> extents = Iterables.transform(type.extents(), Text::size);
    Iterable<String> leading = Iterables.transform(type.leading().stream().toList(), TypeExpression.Leading::toString);
    return type.format() + "[" + String.join(", ", Iterables.concat(leading, extents)) + "]" + precision;
  }

  private static String size(Expression size) {
    return switch (size) {
      case Expression.Name name -> name.name();
      case Expression.Number number -> number(number.value());
      case Expression.Negative negative -> "-" + size(negative.operand());
      case Expression.Binary binary ->
          factor(binary.left()) + " " + binary.operator().symbol() + " " + factor(binary.right());
      case Expression.Call call -> call.arguments().stream()
          .map(argument -> size(argument.value())).collect(Collectors.joining(", ", size(call.callee()) + "(", ")"));
      default -> "...";
    };
  }

  private static String factor(Expression size) {
    return size instanceof Expression.Binary ? "(" + size(size) + ")" : size(size);
  }

  /** A message of the IR with types as the language writes them. */
  static String ofMessage(String message) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int at = message.indexOf(IR_TYPE); at >= 0; at = message.indexOf(IR_TYPE, from)) {
      int end = closing(message, at);
      text.append(message, from, at).append(ofType(message.substring(at + IR_TYPE.length() - 1, end)));
      from = end + 1;
    }
    return text.append(message, from, message.length()).toString().replaceAll("(\\w)\\[\\](?=\\W|$)", "$1");
  }

  /** Where the angle bracket closes that is the first from a place on. */
  private static int closing(String message, int from) {
    int depth = 0;
    int at = from;
    do {
      at++;
      depth += message.charAt(at) == '<' ? 1 : message.charAt(at) == '>' ? -1 : 0;
    } while (depth > 0 || message.charAt(at) != '>');
    return at;
  }

  /** What is between the angle brackets of a tensor's type, as the language writes it. */
  private static String ofType(String type) {
    Matcher matcher = IR_TYPE_BODY.matcher(type);
    if (!matcher.matches()) {
      return type;
    }
    String precision = matcher.group(3)
        .replaceFirst(", scale<", " scale<").replace(", residual<", " residual<").replace(", sparse<", " sparse<")
        .replaceAll("(axis|group) (\\d+)", "$1($2)").replaceAll("zero (\\w+)", "zero($1)")
        .replace('<', '(').replace('>', ')');
    return matcher.group(2) + matcher.group(1) + precision;
  }
}
