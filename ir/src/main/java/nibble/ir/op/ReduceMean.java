package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;

/**
 * The mean over axes.
 *
 * @param axes the axes to reduce, counted from the front
 * @param keep whether a reduced axis stays with extent 1
 */
@OpInfo(
    name = "reduce_mean",
    summary = "mean over axes",
    rounding = "accumulated in f32 in any order, multiplied by the rounded reciprocal of the count")
public record ReduceMean(ImmutableList<Integer> axes, boolean keep) implements ReduceOp {
  @Override
  public double reduce(double[] fibre) {
    return Arrays.stream(fibre).sum() / fibre.length;
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    operands.forEach(this::expectFloat);
    return ReduceOp.super.infer(operands);
  }

  @Override
  public double fibreError(double[] fibre, double[] errors, double result, ErrorModel model) {
    int count = fibre.length;
    double sum = ReduceOp.sumError(fibre, errors, model) / count;
    double magnitude = Math.abs(result) + sum;
    // The rounded reciprocal of the count is off by a part of itself, and so is its product with the sum; then that is
    // rounded.
    double reciprocal = model.arithmetic(1.0 / count) * count;
    return sum + magnitude * (reciprocal + ErrorModel.REFERENCE) + model.arithmetic(magnitude * (1 + reciprocal));
  }
}
