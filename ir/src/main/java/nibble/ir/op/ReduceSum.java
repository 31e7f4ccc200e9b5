package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/**
 * The sum over axes.
 *
 * @param axes the axes to reduce, counted from the front
 * @param keep whether a reduced axis stays with extent 1
 */
@OpInfo(
    name = "reduce_sum",
    summary = "sum over axes",
    rounding = "accumulated in f32 in any order, one rounding; integers wrap")
public record ReduceSum(ImmutableList<Integer> axes, boolean keep) implements ReduceOp {
  @Override
  public double reduce(double[] fibre) {
    return Arrays.stream(fibre).sum();
  }

  @Override
  public long reduceIntegers(double[] fibre, NumberFormat format) {
    long sum = 0;
    for (double element : fibre) {
      sum += (long) element;
    }
    return sum;
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    operands.forEach(this::expectNumbers);
    return ReduceOp.super.infer(operands);
  }

  @Override
  public double integerSpread(double[] errors) {
    return Arrays.stream(errors).sum();
  }

  @Override
  public double fibreError(double[] fibre, double[] errors, double result, ErrorModel model) {
    return ReduceOp.sumError(fibre, errors, model);
  }
}
