package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;

/** A function of each element. */
public interface UnaryOp extends TensorOp {
  double apply(double x);

  /**
   * Bound of {@code |f(x') - f(x)|} for {@code |x' - x| <= error}. This one is right for monotone functions; others
   * override it.
   */
  default double spread(double x, double error) {
    double y = apply(x);
    return Math.max(Math.abs(apply(x + error) - y), Math.abs(apply(x - error) - y));
  }

  /** Bound of the error of the function itself, besides that of its argument. */
  default double functionError(double x, double y, ErrorModel model) {
    return model.function(name(), x, y);
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
    for (int i = 0; i < y.length; i++) {
      double spread = inherited[i] == 0 ? 0 : spread(x[i], inherited[i]);
      double computed = spread + functionError(x[i], y[i], model);
      error[i] = computed + model.store(result.type().format(), Math.abs(y[i]) + computed);
    }
    return error;
  }
}
