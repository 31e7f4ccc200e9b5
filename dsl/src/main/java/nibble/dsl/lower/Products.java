package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.MatMul;
import nibble.ir.op.Reshape;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** The matrix product {@code a @ b}. A side of one axis is a row on the left and a column on the right. */
final class Products {
  private Products() {}

  static Operand multiply(Expression.Binary binary, Frame frame) {
    return multiply(binary, Expressions.evaluate(binary.left(), frame), Expressions.evaluate(binary.right(), frame),
        frame);
  }

  static Operand multiply(Expression.Binary binary, Operand left, Operand right, Frame frame) {
    if (left instanceof Operand.Failed || right instanceof Operand.Failed) {
      return Operand.FAILED;
    }
    Optional<ImmutableList<Value>> values = Adaptation.values(
        List.of(left, right), List.of(binary.left(), binary.right()), Formats.F32, frame);
    if (values.isEmpty()) {
      return Operand.FAILED;
    }
    TensorType a = values.get().get(0).tensorType();
    TensorType b = values.get().get(1).tensorType();
    Optional<Diagnostic> misfit = misfit(binary, a, b, frame);
    if (misfit.isPresent()) {
      return frame.fail(misfit.get());
    }
    Operand row = a.rank() > 1
        ? Operand.of(values.get().get(0))
        : frame.emit(binary.span(), new Reshape(Shape.of(Dim.ONE, a.shape().last())), values.get().get(0));
    Operand column = b.rank() > 1
        ? Operand.of(values.get().get(1))
        : frame.emit(binary.span(), new Reshape(Shape.of(b.shape().last(), Dim.ONE)), values.get().get(1));
    if (!(row instanceof Operand.Tensor x && column instanceof Operand.Tensor y)) {
      return Operand.FAILED;
    }
    Operand product = frame.emit(binary.span(), new MatMul(false, resultFormat(a, b)), x.value(), y.value());
    return withoutAddedAxes(product, a.rank() == 1, b.rank() == 1, binary, frame);
  }

  private static Operand withoutAddedAxes(
      Operand product, boolean isRow, boolean isColumn, Expression.Binary binary, Frame frame) {
    if ((!isRow && !isColumn) || !(product instanceof Operand.Tensor tensor)) {
      return product;
    }
    Shape shape = tensor.type().shape();
    Shape batch = shape.slice(0, shape.rank() - 2);
    Shape kept = isRow ? batch : batch.append(shape.dim(-2));
    return frame.emit(binary.span(), new Reshape(isColumn ? kept : kept.append(shape.last())), tensor.value());
  }

  /** That of the elements; wide where both sides are codes or integers. */
  static NumberFormat resultFormat(TensorType a, TensorType b) {
    if (a.isScaled() && b.isScaled()) {
      return Formats.F32;
    }
    NumberFormat format = a.isScaled() ? b.format() : a.format();
    return format.isInteger() && format.bits() < Formats.I32.bits() ? Formats.I32 : format;
  }

  private static Optional<Diagnostic> misfit(Expression.Binary binary, TensorType a, TensorType b, Frame frame) {
    Sides sides = new Sides(binary, a, b);
    if (a.rank() == 0 || b.rank() == 0) {
      return Optional.of(sides.explain(binary.symbol().error("@ multiplies matrices, not scalars"), frame)
          .hint("* multiplies elementwise"));
    }
    if (!a.isScaled() && !b.isScaled() && !a.format().equals(b.format())) {
      return Optional.of(sides.explain(binary.symbol().error(
          "the two sides of @ have different formats, " + a.format().name() + " and " + b.format().name()), frame)
          .hint("cast one of them: x as " + a.format().name()));
    }
    Dim inner = b.rank() == 1 ? b.shape().last() : b.shape().dim(-2);
    if (!a.shape().last().equals(inner)) {
      Diagnostic diagnostic = sides.explain(
          binary.symbol().error("the inner sizes of @ differ: " + a.shape().last() + " and " + inner), frame);
      boolean transposedFits = b.rank() > 1 && a.shape().last().equals(b.shape().last());
      return Optional.of(transposedFits ? diagnostic.hint("the right side fits when transposed: x @ w.T") : diagnostic);
    }
    Shape batchA = a.shape().slice(0, Math.max(0, a.rank() - 2));
    Shape batchB = b.shape().slice(0, Math.max(0, b.rank() - 2));
    if (Broadcast.common(batchA, batchB).isEmpty()) {
      return Optional.of(sides
          .explain(binary.symbol().error("the leading axes of the two sides of @ do not fit together"), frame)
          .note("without the last two axes, " + batchA + " against " + batchB));
    }
    return Optional.empty();
  }
}
