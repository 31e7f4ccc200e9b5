package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;

/**
 * The largest magnitude in each box of elements that share a scale: what a dynamic quantizer starts from.
 *
 * @param granularity the boxes
 */
@OpInfo(name = "amax", summary = "largest magnitude in each box of elements that share a scale")
public record Amax(Granularity granularity) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType x = expectFloat(operands.getFirst());
    try {
      return x.withScale(new ScaleLayout(granularity, x.format())).scaleType();
    } catch (IllegalArgumentException e) {
      throw new TypeRuleException(e.getMessage());
    }
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return Tensor.of(result, largest(operands.getFirst().elements(), operands.getFirst().type(), result));
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return largest(operands.getFirst().error(), operands.getFirst().exact().type(), result.type());
  }

  private double[] largest(double[] x, TensorType type, TensorType result) {
    ScaleGrid grid = ScaleGrid.of(type.withScale(new ScaleLayout(granularity, type.format())));
    double[] amax = new double[Math.toIntExact(result.shape().size().constant())];
    ScaleBounds.largest(x, grid, amax);
    return amax;
  }
}
