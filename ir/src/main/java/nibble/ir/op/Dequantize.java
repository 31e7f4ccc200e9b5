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
    double[] inherited = operands.getFirst().error();
    double[] error = new double[inherited.length];
    for (int i = 0; i < error.length; i++) {
      double magnitude = Math.abs(result.elements()[i]) + inherited[i];
      error[i] = inherited[i] + model.arithmetic(magnitude) + model.store(to, magnitude);
    }
    return error;
  }
}
