package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;

/** A function of each element. */
public interface UnaryOp extends TensorOp {
  /** The function, of truth values as 0 and 1. */
  double apply(double x);

  /**
   * Bound of {@code |f(x') - f(x)|} for {@code |x' - x| <= error}. This one is right for monotone functions, whose
   * extremes are at the ends of the interval; others override it.
   */
  default double spread(double x, double error) {
    double y = apply(x);
    // Outward, since the ends are rounded.
    double above = Math.abs(apply(Math.nextUp(x + error)) - y);
    double below = Math.abs(apply(Math.nextDown(x - error)) - y);
    return Math.max(above, below);
  }

  /**
   * Bound of the error of the function itself, besides that of its argument.
   *
   * @param x the argument of the largest magnitude that the kernel may have
   * @param y the largest magnitude of the result, with its sign
   */
  default double functionError(double x, double y, ErrorModel model) {
    return model.function(name(), x, y);
  }

  /** Whether the result is the operand or its negative, so that it needs no rounding of its own. */
  default boolean picks() {
    return false;
  }

  /** The type rule of floating-point functions. */
  @Override
  default TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectFloat(operands.getFirst());
  }

  @Override
  default Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    NumberFormat format = result.format();
    return format.isInteger()
        ? Tensor.generate(result, i -> format.decode((long) apply(x[i])))
        : Tensor.generate(result, i -> apply(x[i]));
  }

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] x = operands.getFirst().exact().elements();
    double[] inherited = operands.getFirst().error();
    double[] y = result.elements();
    double[] error = new double[y.length];
    NumberFormat format = result.type().format();
    Parallel.ranges(y.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        error[i] = format.isInteger()
            ? ElementError.integer(y[i], inherited[i] == 0 ? 0 : spread(x[i], inherited[i]), format)
            : floatError(x[i], inherited[i], y[i], format, model);
      }
    });
    return error;
  }

  private double floatError(double x, double inherited, double y, NumberFormat format, ErrorModel model) {
    if (!Double.isFinite(inherited)) {
      return Double.POSITIVE_INFINITY;
    }
    if (Double.isInfinite(x)) {
      // The kernel has the same infinity, of which targets give the same limit: exp of minus infinity is 0.
      double limit = y == 0 || Double.isInfinite(y) ? 0 : functionError(x, y, model);
      return ElementError.stored(y, limit, format, model);
    }
    if (Double.isInfinite(y)) {
      // A pole, or beyond the range: the kernel's argument may lie on the other side.
      return Double.POSITIVE_INFINITY;
    }
    // |f'(x') - f(x)| <= |f'(x') - f(x')| + |f(x') - f(x)|, where f' is the kernel's function and x' its argument.
    double spread = inherited == 0 ? 0 : spread(x, inherited);
    double magnitude = (Math.abs(y) + spread) * (1 + ErrorModel.REFERENCE);
    double function = functionError(x + Math.copySign(inherited, x), Math.copySign(magnitude, y), model);
    double computed = spread + function + (function > 0 ? ErrorModel.REFERENCE * magnitude : 0);
    return ElementError.stored(y, computed, format, picks() ? 0 : model.store(format, Math.abs(y) + computed));
  }
}
