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
 * A change of format without a scale. To a float format it rounds to nearest even (in exact interpretation not at all);
 * to an integer format it truncates and saturates, and NaN becomes 0; to truth values it asks whether the number is not
 * 0.
 *
 * @param to the format of the result
 */
@OpInfo(
    name = "cast",
    summary = "the same numbers in another format",
    rounding = "one rounding to the new format; toward zero to integers, whether it is not 0 to truth values")
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
    Tensor operand = operands.getFirst().exact();
    double[] inherited = operands.getFirst().error();
    NumberFormat from = operand.type().format();
    // Not every integer of more than 24 bits and not every f64 is an f32, in which kernels compute.
    boolean wide = from.bits() > Float.SIZE || (from.isInteger() && from.bits() > 24);
    return Tensor.generate(result.type(), i -> to.isInteger()
        ? integerError(operand.elements()[i], inherited[i])
        : floatError(operand.elements()[i], inherited[i], wide, model)).elements();
  }

  /** Conversion to integers is monotone, so the extremes are at the ends; whatever is off stays in range. */
  private double integerError(double x, double inherited) {
    if (inherited == 0) {
      return 0;
    }
    if (to.equals(Formats.BOOL)) {
      return Math.abs(x) > inherited ? 0 : 1;
    }
    double low = convert(Math.nextDown(x - inherited));
    double high = convert(Math.nextUp(x + inherited));
    return Double.isFinite(inherited) ? Math.max(high - convert(x), convert(x) - low) : to.max() - to.min();
  }

  private double floatError(double x, double inherited, boolean wide, ErrorModel model) {
    double converted = wide ? model.arithmetic(Math.abs(x) + inherited) : 0;
    return ElementError.stored(x, inherited + (Double.isInfinite(x) ? 0 : converted), to, model);
  }
}
