package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** What an expression evaluates to while a program is lowered. */
sealed interface Operand {
  /** A value that is known at run time. */
  record Tensor(Value value) implements Operand {
    TensorType type() {
      return value.tensorType();
    }
  }

  /**
   * Numbers that are known now. Without a format they take that of whatever they meet.
   *
   * @param values all elements, or one for all of them
   * @param shape empty for a plain number
   * @param format where it was said, by {@code as} or by a declared type
   */
  record Literal(ImmutableList<Double> values, Shape shape, Optional<NumberFormat> format) implements Operand {
    static Literal of(double value) {
      return new Literal(ImmutableList.of(value), Shape.SCALAR, Optional.empty());
    }

    /** Whether it is one number that takes any format. */
    boolean isPlainNumber() {
      return shape.rank() == 0 && format.isEmpty();
    }

    double number() {
      return values.getFirst();
    }
  }

  /** A size, constant or symbolic. */
  record Size(Dim dim) implements Operand {}

  /** A truth value that is known now. */
  record Truth(boolean value) implements Operand {}

  /** The results of a function that has several. */
  record Tuple(ImmutableList<Operand> items) implements Operand {}

  /** An error that has been reported. */
  record Failed() implements Operand {}

  Failed FAILED = new Failed();

  static Operand of(Value value) {
    return new Tensor(value);
  }

  static Operand of(double value) {
    return Literal.of(value);
  }

  /** Whether a format was said for it. */
  default boolean isTyped() {
    return this instanceof Literal literal && literal.format().isPresent();
  }

  /** The extent that a size, or a number without a fraction, stands for. */
  default Optional<Dim> extent() {
    if (this instanceof Size size) {
      return Optional.of(size.dim());
    }
    boolean scalar = this instanceof Literal literal && literal.format().map(NumberFormat::isInteger).orElse(true);
    return scalar
        ? constantNumber().filter(value -> value == Math.rint(value)).map(value -> Dim.of(value.longValue()))
        : Optional.empty();
  }

  /** A number that is known now: that of a plain literal or a constant size. */
  default Optional<Double> constantNumber() {
    return switch (this) {
      case Literal literal when literal.shape().rank() == 0 -> Optional.of(literal.number());
      case Size size when size.dim().isConstant() -> Optional.of((double) size.dim().constant());
      case Literal literal -> Optional.empty();
      case Size size -> Optional.empty();
      case Tensor tensor -> Optional.empty();
      case Truth truth -> Optional.empty();
      case Tuple tuple -> Optional.empty();
      case Failed failed -> Optional.empty();
    };
  }
}
