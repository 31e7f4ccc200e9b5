package nibble.ir.op;

import java.util.List;
import java.util.Optional;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;

/**
 * The scales by which boxes of those magnitudes become codes: what a dynamic quantizer does with its amax, and what a
 * range from calibration becomes before a static one. A result that is scaled itself has the scales of two levels.
 *
 * @param elements format of the codes
 * @param rule which scale a magnitude gets
 * @param result type of the scales: one for each magnitude
 */
@OpInfo(
    name = "scales",
    summary = "scales for boxes of elements of those largest magnitudes",
    rounding = "the scale is rounded to its format as its rule says, also in exact interpretation")
public record Scales(NumberFormat elements, ScaleRule rule, TensorType result) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType range = expectFloat(operands.getFirst());
    if (!range.shape().equals(result.shape())) {
      throw new TypeRuleException("scales from " + range + " has a result of the same shape, not " + result);
    }
    if (result.sparse().isPresent() || result.residual().isPresent()) {
      throw new TypeRuleException("scales gives plain numbers or numbers that are scaled once, not " + result);
    }
    rule.rejects(elements).ifPresent(why -> {
      throw new TypeRuleException(
          "the rule '" + rule.keyword() + "' does not fit elements of " + elements.name() + ": " + why);
    });
    try {
      layout();
    } catch (IllegalArgumentException e) {
      throw new TypeRuleException(e.getMessage());
    }
    return result;
  }

  /** The layout of tensors with such scales; which elements share one has been settled before. */
  private ScaleLayout layout() {
    return new ScaleLayout(
        new Granularities.PerTensor(), result.format(), rule, result.scale(), Optional.empty());
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType type) {
    return new DynamicScales(layout(), CodeRange.of(elements))
        .of(operands.getFirst().elements(), type, Optional.empty());
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
    ScaleBounds bounds = ScaleBounds.dynamic(operands.getFirst(), exact.type(), layout(), CodeRange.of(elements),
        Optional.empty(), model);
    double[] scales = exact.values();
    double[] error = new double[scales.length];
    for (int box = 0; box < error.length; box++) {
      error[box] = bounds.distance(box, scales[box]);
    }
    return error;
  }
}
