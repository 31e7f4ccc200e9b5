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
 * range from calibration becomes before a static one. A result that is scaled itself has the scales of two levels; a
 * second operand is their outer ones.
 *
 * @param elements format of the codes
 * @param rule which scale a magnitude gets
 * @param inner the format of scales that the results are scales of: magnitudes are spread over codes times these then
 * @param zero the format of zero points, of affine codes: what is spread, over all codes, are distances of the least
 *     and the largest element then
 * @param result type of the scales: one for each magnitude
 */
@OpInfo(
    name = "scales",
    summary = "scales for boxes of elements of those largest magnitudes",
    rounding = "the scale is rounded to its format as its rule says, also in exact interpretation")
public record Scales(
    NumberFormat elements, ScaleRule rule, Optional<NumberFormat> inner, Optional<NumberFormat> zero, TensorType result)
    implements TensorOp {
  /** Scales of elements. */
  public Scales(NumberFormat elements, ScaleRule rule, TensorType result) {
    this(elements, rule, Optional.empty(), Optional.empty(), result);
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.size() != 2) {
      expectOperands(operands, 1);
    } else if (!result.isScaled() || !operands.get(1).equals(result.scaleType())) {
      throw new TypeRuleException(
          "scales of type " + result + " are no scales under outer ones of type " + operands.get(1));
    }
    TensorType range = expectFloat(operands.getFirst());
    if (!range.shape().equals(result.shape())) {
      throw new TypeRuleException("scales from " + range + " has a result of the same shape, not " + result);
    }
    if (result.sparse().isPresent() || result.residual().isPresent()) {
      throw new TypeRuleException("scales gives plain numbers or numbers that are scaled once, not " + result);
    }
    if (inner.isPresent() && result.isScaled()) {
      throw new TypeRuleException("the scales of scales are plain numbers, not " + result);
    }
    if (zero.isPresent() && (inner.isPresent() || !elements.isInteger())) {
      throw new TypeRuleException("only scales of integers have zero points beside them");
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

  /** The numbers over which a magnitude is spread. */
  public CodeRange codes() {
    CodeRange codes = zero.isPresent() ? Quantize.affineCodes(elements) : CodeRange.of(elements);
    return inner.map(codes::times).orElse(codes);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType type) {
    return new DynamicScales(layout(), codes())
        .of(operands.getFirst().elements(), type, operands.stream().skip(1).findFirst());
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
    ScaleBounds bounds = ScaleBounds.dynamic(operands.getFirst(), exact.type(), layout(), codes(),
        operands.stream().skip(1).findFirst(), model);
    double[] scales = exact.values();
    double[] error = new double[scales.length];
    for (int box = 0; box < error.length; box++) {
      error[box] = bounds.distance(box, scales[box], layout().outer().isEmpty());
    }
    return error;
  }
}
