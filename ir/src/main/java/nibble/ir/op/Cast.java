package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * A change of format without a scale. To a float format it rounds to nearest even (in exact interpretation not at all); to
 * an integer format it truncates and saturates, and NaN becomes 0; to truth values it asks whether the number is not 0.
 *
 * @param to the format of the result
 */
@OpInfo(
    name = "cast",
    summary = "the same numbers in another format",
    rounding = "one rounding to the new format; toward zero to integers")
public record Cast(NumberFormat to) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectPlain(operands.getFirst()).plain(to);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    return Tensor.generate(result, i -> convert(x[i]));
  }

  private double convert(double x) {
    if (to.equals(Formats.BOOL)) {
      return x == 0 ? 0 : 1;
    }
    return to.isInteger() ? to.decode(to.encode(x, Rounding.TOWARD_ZERO)) : x;
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] x = operands.getFirst().exact().elements();
    double[] inherited = operands.getFirst().error();
    double[] error = new double[x.length];
    for (int i = 0; i < error.length; i++) {
      double magnitude = Math.abs(x[i]) + inherited[i];
      if (to.isInteger()) {
        error[i] = Math.max(convert(x[i] + inherited[i]) - convert(x[i]), convert(x[i]) - convert(x[i] - inherited[i]));
      } else {
        // From an integer format or f64 the value may not fit the f32 that kernels compute in.
        boolean wide = operands.getFirst().exact().type().format().bits() > 24;
        error[i] = inherited[i] + (wide ? model.arithmetic(magnitude) : 0) + model.store(to, magnitude);
      }
    }
    return error;
  }
}
