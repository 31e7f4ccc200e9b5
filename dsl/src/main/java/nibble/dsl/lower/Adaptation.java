package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;

/** Numbers take the format of what they meet. */
final class Adaptation {
  private Adaptation() {}

  /**
   * All operands as values: those without a format take that of the first that has one.
   *
   * @param alone the format where none has one
   */
  static Optional<ImmutableList<Value>> values(
      List<Operand> operands, List<Expression> expressions, NumberFormat alone, Frame frame) {
    NumberFormat format = operands.stream()
        .flatMap(operand -> format(operand).stream())
        .findFirst().orElse(alone);
    ImmutableList.Builder<Value> values = ImmutableList.builder();
    boolean complete = true;
    for (int i = 0; i < operands.size(); i++) {
      Operand value = Values.in(format, operands.get(i), expressions.get(i).span(), frame);
      if (value instanceof Operand.Tensor tensor) {
        values.add(tensor.value());
      } else {
        complete = false;
      }
    }
    return complete ? Optional.of(values.build()) : Optional.empty();
  }

  private static Optional<NumberFormat> format(Operand operand) {
    return switch (operand) {
      case Operand.Tensor tensor -> Optional.of(tensor.type().format());
      case Operand.Literal literal -> literal.format();
      case Operand.Size size -> Optional.empty();
      case Operand.Truth truth -> Optional.empty();
      case Operand.Tuple tuple -> Optional.empty();
      case Operand.Failed failed -> Optional.empty();
    };
  }
}
