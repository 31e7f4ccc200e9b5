package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;

/**
 * Known numbers.
 *
 * @param values all elements in row-major order, or one for all of them
 * @param result the type
 */
@OpInfo(name = "constant", summary = "known numbers", rounding = "the numbers are rounded to the format once")
public record Constant(ImmutableList<Double> values, TensorType result) implements TensorOp {
  public Constant {
    boolean splat = values.size() == 1;
    boolean full = result.shape().isConstant() && result.shape().size().is(values.size());
    if (!splat && !full) {
      throw new IllegalArgumentException(values.size() + " values given for a constant of type " + result);
    }
    if (!result.isPlain()) {
      throw new IllegalArgumentException("a constant is plain, not " + result);
    }
    for (double value : values) {
      if (result.format().isInteger() && result.format().round(value) != value) {
        throw new IllegalArgumentException(value + " is no " + result.format().name());
      }
    }
  }

  /** The same number everywhere. */
  public static Constant splat(double value, TensorType type) {
    return new Constant(ImmutableList.of(value), type);
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 0);
    return result;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType type) {
    return Tensor.generate(type, i -> values.get(values.size() == 1 ? 0 : i));
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
    double[] error = new double[exact.size()];
    for (int i = 0; i < error.length; i++) {
      double value = exact.elements()[i];
      // A kernel may hold it in f32, which has every value of a narrower format, or round it to the format.
      error[i] = result.format().isInteger()
          ? 0
          : Math.max(distance(value, result.format().round(value)), distance(value, (float) value));
    }
    return error;
  }

  private static double distance(double value, double rounded) {
    return value == rounded ? 0 : Math.abs(value - rounded);
  }
}
