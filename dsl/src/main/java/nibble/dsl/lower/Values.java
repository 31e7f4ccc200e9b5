package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.dsl.syntax.Span;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Constant;
import nibble.ir.op.ReduceSum;
import nibble.ir.shape.Shape;

/** Makes run-time values of what is known now. */
final class Values {
  private Values() {}

  /** The operand as a value; numbers without a format become {@code f32}. */
  static Operand tensor(Operand operand, Span at, Frame frame) {
    return in(Formats.F32, operand, at, frame);
  }

  /** The operand as a value, where it is no value yet in that format. */
  static Operand in(NumberFormat format, Operand operand, Span at, Frame frame) {
    return switch (operand) {
      case Operand.Tensor tensor -> tensor;
      case Operand.Failed failed -> failed;
      case Operand.Literal literal -> {
        NumberFormat own = literal.format().orElse(format);
        yield constant(literal, TensorType.of(literal.shape(), own), at, frame);
      }
      case Operand.Size size when size.dim().isConstant() ->
          in(format, Operand.of(size.dim().constant()), at, frame);
      // A symbolic size as a number: so many ones, added up.
      case Operand.Size size -> Types.of(Shape.of(size.dim()), format, at, frame)
          .map(ones -> frame.emit(
              at, new ReduceSum(ImmutableList.of(0), false), frame.emit(at, Constant.splat(1, ones))))
          .orElse(Operand.FAILED);
      case Operand.Truth truth ->
          frame.emit(at, Constant.splat(truth.value() ? 1 : 0, TensorType.scalar(Formats.BOOL)));
      case Operand.Tuple tuple -> frame.fail(several(tuple, at));
    };
  }

  static Diagnostic several(Operand.Tuple tuple, Span at) {
    return at.error("here are " + tuple.items().size() + " values where one is needed")
        .hint("take them apart first: let (a, b) = ...");
  }

  /** Numbers as a constant of a type; one number is repeated over its shape. */
  static Operand constant(Operand.Literal literal, TensorType type, Span at, Frame frame) {
    for (double value : literal.values()) {
      Optional<Diagnostic> misfit = misfit(value, type.format(), at);
      if (misfit.isPresent()) {
        return frame.fail(misfit.get());
      }
    }
    return frame.emit(at, new Constant(literal.values(), type));
  }

  /** Why a number is none of a format, if it is none. Rounding to the nearest one is no reason, overflow is. */
  static Optional<Diagnostic> misfit(double value, NumberFormat format, Span at) {
    if (format.equals(Formats.BOOL)) {
      return Optional.of(at.error("the number " + Text.number(value) + " is no truth value")
          .hint("truth values are true and false"));
    }
    if (format.isInteger() && value != Math.rint(value)) {
      return Optional.of(at.error("the number " + Text.number(value) + " is no " + format.name())
          .hint("cast the other side: x as f32"));
    }
    if (value > format.max() || value < format.min()) {
      return Optional.of(at.error("the number " + Text.number(value) + " is out of the range of " + format.name())
          .note(format.name() + " reaches from " + Text.number(format.min()) + " to " + Text.number(format.max())));
    }
    return Optional.empty();
  }

  /** The value itself; for operands that have been made values. */
  static Value of(Operand operand) {
    if (operand instanceof Operand.Tensor tensor) {
      return tensor.value();
    }
    throw new IllegalStateException(operand + " is no value");
  }

  /**
   * An operand where a type is declared: a number becomes a constant of that type, and anything else must have it.
   *
   * @param mismatch the error where it has another type
   */
  static Operand as(TensorType type, Operand operand, Span at, Frame frame, Diagnostic mismatch) {
    return switch (operand) {
      case Operand.Failed failed -> failed;
      case Operand.Tensor tensor -> tensor.type().equals(type) ? tensor : frame.fail(mismatch);
      case Operand.Tuple tuple -> frame.fail(several(tuple, at));
      case Operand other when !type.isPlain() -> frame.fail(mismatch);
      case Operand.Truth truth when type.format().equals(Formats.BOOL) && type.rank() == 0 -> truth;
      case Operand.Truth truth -> frame.fail(mismatch);
      case Operand.Literal literal when literal.isPlainNumber() -> number(literal, type, at, frame);
      case Operand.Literal literal when literal.format().orElse(type.format()).equals(type.format())
          && literal.shape().equals(type.shape()) -> constant(literal, type, at, frame);
      case Operand.Literal literal -> frame.fail(mismatch);
      case Operand.Size size when size.dim().isConstant() ->
          number(Operand.Literal.of(size.dim().constant()), type, at, frame);
      case Operand.Size size when type.rank() == 0 -> in(type.format(), size, at, frame);
      case Operand.Size size -> frame.fail(mismatch);
    };
  }

  /** A number of a declared type stays known where that is a scalar, so that it can be an attribute of an op. */
  private static Operand number(Operand.Literal literal, TensorType type, Span at, Frame frame) {
    if (type.rank() > 0) {
      return constant(literal, type, at, frame);
    }
    Optional<Diagnostic> misfit = misfit(literal.number(), type.format(), at);
    return misfit.isPresent()
        ? frame.fail(misfit.get())
        : new Operand.Literal(literal.values(), Shape.SCALAR, Optional.of(type.format()));
  }
}
