package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.dsl.syntax.Span;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;

/** Changes of format: {@code x as f16}. */
final class Conversions {
  private Conversions() {}

  static Operand cast(Operand operand, NumberFormat format, Span at, Frame frame) {
    return switch (operand) {
      case Operand.Failed failed -> failed;
      case Operand.Tuple tuple -> frame.fail(Values.several(tuple, at));
      case Operand.Literal literal when literal.format().isEmpty() -> literal(literal, format, at, frame);
      case Operand.Size size when size.dim().isConstant() ->
          literal(Operand.Literal.of(size.dim().constant()), format, at, frame);
      case Operand.Size size -> Values.in(format, size, at, frame);
      case Operand.Literal literal -> run(Values.tensor(literal, at, frame), format, at, frame);
      case Operand.Truth truth -> run(Values.tensor(truth, at, frame), format, at, frame);
      case Operand.Tensor tensor -> run(tensor, format, at, frame);
    };
  }

  /** A number stays known; as an integer it loses its fraction, as a tensor would. */
  private static Operand literal(Operand.Literal literal, NumberFormat format, Span at, Frame frame) {
    if (format.equals(Formats.BOOL)) {
      return literal.shape().rank() == 0
          ? new Operand.Truth(literal.number() != 0)
          : run(Values.tensor(literal, at, frame), format, at, frame);
    }
    ImmutableList.Builder<Double> values = ImmutableList.builder();
    for (double value : literal.values()) {
      double converted = format.isInteger() ? Rounding.TOWARD_ZERO.toInteger(value) : value;
      Optional<Diagnostic> misfit = Values.misfit(converted, format, at);
      if (misfit.isPresent()) {
        return frame.fail(misfit.get());
      }
      values.add(converted);
    }
    return new Operand.Literal(values.build(), literal.shape(), Optional.of(format));
  }

  private static Operand run(Operand operand, NumberFormat format, Span at, Frame frame) {
    if (!(operand instanceof Operand.Tensor tensor)) {
      return operand;
    }
    if (tensor.type().isPlain() && tensor.type().format().equals(format)) {
      return tensor;
    }
    if (format.equals(Formats.BOOL)) {
      // Whether it differs from zero, as everywhere, and not its lowest bit.
      Operand zero = Values.in(tensor.type().format(), Operand.of(0), at, frame);
      return frame.emit(at, new Compare(Compare.Kind.NE), tensor.value(), Values.of(zero));
    }
    return frame.emit(at, new Cast(format), tensor.value());
  }
}
