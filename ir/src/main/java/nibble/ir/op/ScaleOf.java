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
 * The scale of a box of elements, of their largest magnitude ({@link Amax}): that over the largest code, rounded to
 * the format of scales; 1 where that is 0. It is what a dynamic {@link Quantize} computes on its way, as a value of
 * its own.
 *
 * @param codes format of the codes
 * @param to format of the scales
 */
@OpInfo(
    name = "scale_of",
    summary = "the scale with which a largest magnitude becomes the largest code",
    rounding = "rounded to the format of scales, also in exact interpretation")
public record ScaleOf(NumberFormat codes, NumberFormat to) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    if (!to.isFloat()) {
      throw new TypeRuleException("scales are floating-point numbers, not " + to.name());
    }
    return expectFloat(operands.getFirst()).plain(to);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] amax = operands.getFirst().elements();
    return Tensor.generate(result, i -> of(amax[i], codes, to));
  }

  /** The scale for a largest magnitude. */
  static double of(double amax, NumberFormat codes, NumberFormat scales) {
    double scale = scales.round(amax / codes.symmetricMax());
    return scale == 0 ? 1 : scale;
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    ScaleBounds bounds = ScaleBounds.of(
        operands.getFirst().exact().elements(), operands.getFirst().error(), codes, to, model);
    return Tensor.generate(result.type(), i -> {
      double scale = result.elements()[i];
      double off = Math.max(bounds.high()[i] - scale, scale - bounds.low()[i]);
      double error = bounds.mayBeReplaced(i) ? Math.max(off, Math.abs(1 - scale)) : off;
      return error >= 0 ? error : Double.POSITIVE_INFINITY;
    }).elements();
  }
}
