package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/**
 * The least over axes; of no elements infinity, or the largest integer.
 *
 * @param axes the axes to reduce, counted from the front
 * @param keep whether a reduced axis stays with extent 1
 */
@OpInfo(
    name = "reduce_min",
    summary = "least element over axes",
    rounding = "exact")
public record ReduceMin(ImmutableList<Integer> axes, boolean keep) implements ReduceOp {
  @Override
  public double reduce(double[] fibre) {
    return Arrays.stream(fibre).min().orElse(Double.POSITIVE_INFINITY);
  }

  @Override
  public long reduceIntegers(double[] fibre, NumberFormat format) {
    return (long) Arrays.stream(fibre).min().orElse(format.max());
  }

  @Override
  public boolean picks() {
    return true;
  }

  @Override
  public double fibreError(double[] fibre, double[] errors, double result, ErrorModel model) {
    return ReduceOp.largestError(negated(fibre), errors, -result);
  }

  private static double[] negated(double[] fibre) {
    return Arrays.stream(fibre).map(element -> -element).toArray();
  }
}
