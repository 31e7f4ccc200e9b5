package nibble.dsl.lower;

import com.google.common.collect.Iterables;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.TypeExpression;
import nibble.ir.TensorType;
import nibble.ir.shape.Dim;

/** Types and values as the language writes them. */
final class Text {
  private static final Pattern IR_TYPE = Pattern.compile("tensor<(\\[[^\\]]*\\]) x (\\w+)>");

  private Text() {}

  /** {@code f32[B,S,384]}; {@code f32} for a scalar. */
  static String of(TensorType type) {
    String plain = type.format().name() + (type.rank() == 0 ? "" : type.shape());
    return type.isPlain()
        ? plain
        : plain + type.scale().map(layout -> " with " + layout).orElse("")
            + type.sparse().map(layout -> " with sparse<" + layout.text() + ">").orElse("");
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
    if (type.leading().isEmpty() && type.extents().isEmpty()) {
      return type.format().name();
    }
    Iterable<String> extents = Iterables.transform(type.extents(), Text::size);
    Iterable<String> leading = Iterables.transform(type.leading().stream().toList(), TypeExpression.Leading::toString);
    return type.format() + "[" + String.join(", ", Iterables.concat(leading, extents)) + "]";
  }

  private static String size(Expression size) {
    return switch (size) {
      case Expression.Name name -> name.name();
      case Expression.Number number -> number(number.value());
      case Expression.Negative negative -> "-" + size(negative.operand());
      case Expression.Binary binary ->
          factor(binary.left()) + " " + binary.operator().symbol() + " " + factor(binary.right());
      default -> "...";
    };
  }

  private static String factor(Expression size) {
    return size instanceof Expression.Binary ? "(" + size(size) + ")" : size(size);
  }

  /** A message of the IR with types as the language writes them. */
  static String ofMessage(String message) {
    return IR_TYPE.matcher(message).replaceAll("$2$1").replaceAll("(\\w)\\[\\](?=\\W|$)", "$1");
  }

  /** {@code I = 384}. */
  static String binding(String name, Dim dim) {
    return name + " = " + dim;
  }
}
