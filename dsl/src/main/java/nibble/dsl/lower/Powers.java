package nibble.dsl.lower;

import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Span;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Mul;
import nibble.ir.op.Pow;
import nibble.ir.op.Reciprocal;
import nibble.ir.op.Rsqrt;
import nibble.ir.op.Sqrt;

/**
 * Powers. One by a small integer is a product, so that {@code x ** 2} is right for negative {@code x}, where kernels
 * could not take the logarithm.
 */
final class Powers {
  private static final int MAX_PRODUCT = 16;

  private Powers() {}

  static Operand power(Expression.Binary binary, Frame frame) {
    Operand base = Expressions.evaluate(binary.left(), frame);
    Operand exponent = Expressions.evaluate(binary.right(), frame);
    if (base instanceof Operand.Failed || exponent instanceof Operand.Failed) {
      return Operand.FAILED;
    }
    Optional<Operand> known = Folding.fold(BinaryOperator.POWER, base, exponent);
    if (known.isPresent()) {
      return known.get();
    }
    Optional<Double> number = Folding.plainNumber(exponent);
    Operand value = number.isPresent() ? Values.tensor(base, binary.left().span(), frame) : base;
    if (number.isPresent() && value instanceof Operand.Tensor tensor && isPower(tensor, number.get())) {
      return byNumber(tensor.value(), number.get(), binary.span(), frame);
    }
    return Adaptation.values(
            List.of(base, exponent), List.of(binary.left(), binary.right()), Formats.F32, frame)
        .map(values -> frame.emit(binary.span(), new Pow(), values.get(0), values.get(1)))
        .orElse(Operand.FAILED);
  }

  private static boolean isPower(Operand.Tensor tensor, double exponent) {
    boolean plain = tensor.type().isPlain() && !tensor.type().format().equals(Formats.BOOL);
    boolean isInteger = exponent == Math.rint(exponent) && Math.abs(exponent) <= MAX_PRODUCT && exponent != 0;
    boolean isRoot = Math.abs(exponent) == 0.5;
    return plain && (tensor.type().format().isFloat() ? isInteger || isRoot : isInteger && exponent > 0);
  }

  private static Operand byNumber(Value base, double exponent, Span at, Frame frame) {
    if (exponent == 0.5) {
      return frame.emit(at, new Sqrt(), base);
    }
    if (exponent == -0.5) {
      return frame.emit(at, new Rsqrt(), base);
    }
    Value product = product(base, (int) Math.abs(exponent), at, frame);
    return exponent < 0 ? frame.emit(at, new Reciprocal(), product) : Operand.of(product);
  }

  /** By repeated squaring. */
  private static Value product(Value base, int exponent, Span at, Frame frame) {
    if (exponent == 1) {
      return base;
    }
    Value half = product(base, exponent / 2, at, frame);
    Value square = Values.of(frame.emit(at, new Mul(), half, half));
    return exponent % 2 == 0 ? square : Values.of(frame.emit(at, new Mul(), square, base));
  }
}
