package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;

/**
 * The values that codes and scales stand for.
 *
 * @param to format of the result
 */
@OpInfo(
    name = "dequantize",
    summary = "the values that codes and scales stand for",
    rounding = "one rounding of the product of code and scale")
public record Dequantize(NumberFormat to) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    if (!operands.getFirst().isScaled()) {
      throw new TypeRuleException("dequantize takes a scaled tensor, not " + operands.getFirst());
    }
    if (!to.isFloat()) {
      throw new TypeRuleException("dequantize gives floating-point elements, not " + to.name());
    }
    return operands.getFirst().plain(to);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return Tensor.of(result, operands.getFirst().values());
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    Approximate operand = operands.getFirst();
    // Codes of more than 24 bits are rounded when they become f32, before they are multiplied.
    int roundings = operand.exact().type().format().bits() > 24 ? 2 : 1;
    double[] y = result.elements();
    double[] error = new double[y.length];
    for (int i = 0; i < error.length; i++) {
      double inherited = operand.error()[i];
      double magnitude = Math.abs(y[i]) + inherited;
      // u |y| and not half a gap, where a later rounding stretches an earlier one.
      double product = model.arithmetic(magnitude) + (roundings - 1) * relative(model) * magnitude;
      error[i] = Double.isInfinite(y[i])
          ? Double.POSITIVE_INFINITY
          : ElementError.stored(y[i], inherited + product * (1 + relative(model)), to, model);
    }
    return error;
  }

  private static double relative(ErrorModel model) {
    return 2 * model.arithmetic(1);
  }
}
