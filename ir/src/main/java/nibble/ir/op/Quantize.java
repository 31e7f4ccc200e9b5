package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * Symmetric quantization to a scaled type. With one operand the scale of each box is dynamic: its largest magnitude (amax)
 * over the largest code, or 1 for a box of zeros. With a second operand, a tensor of the result's scales, it is static.
 *
 * @param rounding how {@code value / scale} becomes a code
 * @param result the scaled type
 */
@OpInfo(
    name = "quantize",
    summary = "codes and scales that stand for the elements",
    rounding = "the scale is rounded to its format, the quotient to a code; both also in exact interpretation")
public record Quantize(Rounding rounding, TensorType result) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.size() != 1 && operands.size() != 2) {
      throw new TypeRuleException("quantize takes a tensor and perhaps its scales, not " + operands.size() + " operands");
    }
    TensorType x = expectFloat(operands.getFirst());
    if (!result.isScaled() || !result.shape().equals(x.shape())) {
      throw new TypeRuleException("quantize from " + x + " gives a scaled type of the same shape, not " + result);
    }
    if (result.sparse().isPresent() || result.format().equals(Formats.BOOL)) {
      throw new TypeRuleException("quantize gives a dense tensor of numbers, not " + result);
    }
    if (operands.size() == 2 && !operands.get(1).equals(result.scaleType())) {
      throw new TypeRuleException("the scales of " + result + " have type " + result.scaleType() + ", not "
          + operands.get(1));
    }
    return result;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType type) {
    double[] x = operands.getFirst().elements();
    ScaleGrid grid = ScaleGrid.of(type);
    double[] scales = operands.size() == 2 ? operands.get(1).elements() : dynamicScales(x, grid, type);
    double[] codes = new double[x.length];
    Parallel.ranges(x.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        codes[i] = code(x[i] / scales[grid.indexOf(i)], type.format());
      }
    });
    return new Tensor(type, codes, scales);
  }

  private static double[] dynamicScales(double[] x, ScaleGrid grid, TensorType type) {
    double[] scales = new double[Math.toIntExact(type.scaleType().shape().size().constant())];
    for (int i = 0; i < x.length; i++) {
      int box = grid.indexOf(i);
      scales[box] = Math.max(scales[box], Math.abs(x[i]));
    }
    NumberFormat format = type.scaleType().format();
    for (int box = 0; box < scales.length; box++) {
      scales[box] = scale(scales[box], type.format(), format);
    }
    return scales;
  }

  private static double scale(double amax, NumberFormat codes, NumberFormat scales) {
    double scale = scales.round(amax / codes.symmetricMax());
    return scale > 0 ? scale : 1;
  }

  private double code(double quotient, NumberFormat format) {
    double limit = format.symmetricMax();
    double code = format.decode(format.encode(quotient, rounding));
    return Math.clamp(code, -limit, limit);
  }

  /**
   * The kernel's code is that of some quotient in the interval that the errors of element and scale span, times a scale in
   * its interval; the bound is the farthest such value from the exact one.
   */
  @Override
  public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
    double[] x = operands.getFirst().exact().elements();
    double[] inherited = operands.getFirst().error();
    ScaleGrid grid = ScaleGrid.of(exact.type());
    double[] scaleErrors = operands.size() == 2
        ? operands.get(1).error()
        : dynamicScaleErrors(inherited, grid, exact, model);
    double[] error = new double[x.length];
    Parallel.ranges(x.length, (from, to) -> {
      for (int i = from; i < to; i++) {
        int box = grid.indexOf(i);
        error[i] = elementError(x[i], inherited[i], exact.elements()[i], exact.scales()[box], scaleErrors[box], exact, model);
      }
    });
    return error;
  }

  private double elementError(
      double x, double xError, double code, double scale, double scaleError, Tensor exact, ErrorModel model) {
    double low = scale - scaleError;
    if (low <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    double high = scale + scaleError;
    double quotient = x / scale;
    // Reciprocal of the scale, then a product: two roundings of f32 on top of the intervals.
    double spread = (xError + Math.abs(quotient) * scaleError) / low;
    spread += 2 * model.function("reciprocal", scale, Math.abs(quotient) + spread)
        + model.arithmetic(Math.abs(quotient) + spread);
    double worst = 0;
    double value = code * scale;
    for (double end : new double[] {quotient - spread, quotient + spread}) {
      double other = code(end, exact.type().format());
      worst = Math.max(worst, Math.max(Math.abs(other * low - value), Math.abs(other * high - value)));
    }
    return worst;
  }

  private static double[] dynamicScaleErrors(double[] inherited, ScaleGrid grid, Tensor exact, ErrorModel model) {
    double[] errors = new double[exact.scales().length];
    for (int i = 0; i < inherited.length; i++) {
      int box = grid.indexOf(i);
      errors[box] = Math.max(errors[box], inherited[i]);
    }
    double limit = exact.type().format().symmetricMax();
    NumberFormat format = exact.type().scaleType().format();
    for (int box = 0; box < errors.length; box++) {
      double scale = exact.scales()[box];
      double quotient = errors[box] / limit;
      // amax times the rounded reciprocal of the largest code, stored in the scale's format; the exact scale was rounded too.
      double rounding = 2 * model.arithmetic(scale + quotient) + model.store(format, scale + quotient)
          + format.roundingError(scale);
      errors[box] = quotient + rounding;
    }
    return errors;
  }
}
