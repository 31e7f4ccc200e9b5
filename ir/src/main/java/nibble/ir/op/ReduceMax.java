package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/**
 * The largest over axes; of no elements minus infinity, or the least integer.
 *
 * @param axes the axes to reduce, counted from the front
 * @param keep whether a reduced axis stays with extent 1
 */
@OpInfo(
    name = "reduce_max",
    summary = "largest element over axes",
    rounding = "exact")
public record ReduceMax(ImmutableList<Integer> axes, boolean keep) implements ReduceOp {
  @Override
  public double reduce(double[] fibre) {
    return Arrays.stream(fibre).max().orElse(Double.NEGATIVE_INFINITY);
  }

  @Override
  public long reduceIntegers(double[] fibre, NumberFormat format) {
    return (long) Arrays.stream(fibre).max().orElse(format.min());
  }

  @Override
  public boolean picks() {
    return true;
  }

  @Override
  public double fibreError(double[] fibre, double[] errors, double result, ErrorModel model) {
    return ReduceOp.largestError(fibre, errors, result);
  }
}
