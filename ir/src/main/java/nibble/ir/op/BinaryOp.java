package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Shape;

/** A function of two elements, with broadcasting. */
public interface BinaryOp extends TensorOp {
  /** The function, of truth values as 0 and 1. */
  double apply(double a, double b);

  /** The function of integers, before the result is wrapped to its format. */
  default long applyToIntegers(long a, long b) {
    return (long) apply(a, b);
  }

  /** Whether it computes with numbers, so that truth values are refused. */
  default boolean isArithmetic() {
    return true;
  }

  /** Bound of {@code |f(a', b') - f(a, b)|} for arguments that are off by at most their errors, and all finite. */
  double spread(double a, double errorA, double b, double errorB);

  /** {@link #spread} of integers, before the result is wrapped. */
  default double integerSpread(double a, double errorA, double b, double errorB) {
    return spread(a, errorA, b, errorB);
  }

  /**
   * Bound of the error of the operation itself: one f32 rounding, unless overridden.
   *
   * @param y the largest magnitude of the result
   */
  default double functionError(double y, ErrorModel model) {
    return model.arithmetic(y);
  }

  /** {@link #functionError(double, ErrorModel)} where the arguments matter as well. */
  default double functionError(double a, double errorA, double b, double errorB, double y, ErrorModel model) {
    return functionError(y, model);
  }

  /** Whether the result is one of the operands, so that it needs no rounding of its own. */
  default boolean picks() {
    return false;
  }

  /**
   * Whether the kernel's result is the exact one where that is infinite and all errors are finite. An infinite operand
   * is the kernel's own, so that a sum with it is; what is infinite for another reason has left the range.
   */
  default boolean keepsInfinity(double a, double errorA, double b, double errorB) {
    return Double.isInfinite(a) || Double.isInfinite(b);
  }

  /** The type rule: one format on both sides. */
  @Override
  default TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 2);
    TensorType a = isArithmetic() ? expectNumbers(operands.get(0)) : expectPlain(operands.get(0));
    TensorType b = isArithmetic() ? expectNumbers(operands.get(1)) : expectPlain(operands.get(1));
    if (!a.format().equals(b.format())) {
      throw new TypeRuleException(
          name() + " takes elements of one format, not " + a.format().name() + " and " + b.format().name(),
          "cast one of them");
    }
    return a.withShape(commonShape(a, b));
  }

  private Shape commonShape(TensorType a, TensorType b) {
    return Broadcast.common(a.shape(), b.shape()).orElseThrow(() -> new TypeRuleException(
        "the shapes " + a.shape() + " and " + b.shape() + " do not broadcast",
        "aligned at the last axis, extents must be equal or one of them 1"));
  }

  @Override
  default Tensor eval(List<Tensor> operands, TensorType result) {
    double[] a = operands.get(0).elements();
    double[] b = operands.get(1).elements();
    boolean integers = operands.get(0).type().format().isInteger();
    double[] y = new double[Math.toIntExact(result.shape().size().constant())];
    Elementwise.forEachRow(result.shape().extents(), operands, (from, columns, starts, steps) -> {
      int i = starts[0];
      int j = starts[1];
      for (int column = 0; column < columns; column++) {
        y[from + column] = integers
            ? result.format().decode(applyToIntegers((long) a[i], (long) b[j]))
            : apply(a[i], b[j]);
        i += steps[0];
        j += steps[1];
      }
    });
    return Tensor.of(result, y);
  }

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] a = operands.get(0).exact().elements();
    double[] b = operands.get(1).exact().elements();
    double[] errorA = operands.get(0).error();
    double[] errorB = operands.get(1).error();
    double[] y = result.elements();
    double[] error = new double[y.length];
    NumberFormat format = result.type().format();
    List<Tensor> tensors = operands.stream().map(Approximate::exact).toList();
    Elementwise.forEach(result.extents(), tensors, (i, at) -> error[i] = format.isInteger()
        ? ElementError.integer(y[i], integerSpread(a[at[0]], errorA[at[0]], b[at[1]], errorB[at[1]]), format)
        : floatError(a[at[0]], errorA[at[0]], b[at[1]], errorB[at[1]], y[i], format, model));
    return error;
  }

  private double floatError(
      double a, double errorA, double b, double errorB, double y, NumberFormat format, ErrorModel model) {
    if (!Double.isFinite(errorA) || !Double.isFinite(errorB)) {
      return Double.POSITIVE_INFINITY;
    }
    if (Double.isInfinite(y)) {
      return keepsInfinity(a, errorA, b, errorB)
          ? ElementError.stored(y, 0, format, model)
          : Double.POSITIVE_INFINITY;
    }
    double spread = spread(a, errorA, b, errorB);
    double magnitude = (Math.abs(y) + spread) * (1 + ErrorModel.REFERENCE);
    double function = picks() ? 0 : functionError(a, errorA, b, errorB, magnitude, model);
    double computed = spread + function + (function > 0 ? ErrorModel.REFERENCE * magnitude : 0);
    return ElementError.stored(y, computed, format, picks() ? 0 : model.store(format, Math.abs(y) + computed));
  }
}
