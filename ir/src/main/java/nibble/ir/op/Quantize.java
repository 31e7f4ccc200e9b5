package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * Symmetric quantization to a scaled type. With one operand the scale of each box is dynamic: its largest magnitude
 * (amax) over the largest code, rounded to the format of scales; 1 where that is 0, as of a box of zeros. With a second
 * operand, a tensor of the result's scales, it is static. A NaN makes the scale of its box NaN.
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
      throw new TypeRuleException(
          "quantize takes a tensor and perhaps its scales, not " + operands.size() + " operands");
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
    grid.forEachRun((from, to, box) -> {
      for (int i = from; i < to; i++) {
        codes[i] = code(x[i] / scales[box], type.format());
      }
    });
    return new Tensor(type, codes, scales);
  }

  private static double[] dynamicScales(double[] x, ScaleGrid grid, TensorType type) {
    double[] scales = new double[Math.toIntExact(type.scaleType().shape().size().constant())];
    ScaleBounds.largest(x, grid, scales);
    NumberFormat format = type.scaleType().format();
    for (int box = 0; box < scales.length; box++) {
      scales[box] = ScaleOf.of(scales[box], type.format(), format);
    }
    return scales;
  }

  private double code(double quotient, NumberFormat format) {
    double limit = format.symmetricMax();
    double code = format.decode(format.encode(quotient, rounding));
    return Math.clamp(code, -limit, limit);
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
    double[] x = operands.getFirst().exact().elements();
    double[] inherited = operands.getFirst().error();
    ScaleGrid grid = ScaleGrid.of(exact.type());
    ScaleBounds scales = operands.size() == 2
        ? ScaleBounds.given(operands.get(1))
        : ScaleBounds.dynamic(operands.getFirst(), grid, exact, model);
    return Tensor.generate(exact.type().plain(Formats.F64), i -> {
      int box = grid.indexOf(i);
      double value = exact.elements()[i] * exact.scales()[box];
      return scales.mayBeReplaced(box)
          ? smallBoxError(Math.abs(x[i]) + inherited[i], value, scales.high()[box], exact.type())
          : elementError(x[i], inherited[i], value, scales.low()[box], scales.high()[box], exact, model);
    }).elements();
  }

  /**
   * Where the scale may be replaced by 1, the code is that of the element; else no value is larger than the largest
   * code times the scale. But the reciprocal of a scale that is subnormal is infinite, and times 0 it is NaN, which an
   * integer code does not have.
   */
  private double smallBoxError(double magnitude, double value, double scale, TensorType type) {
    boolean subnormal = 2 * type.scaleType().format().roundingError(0) < Float.MIN_NORMAL;
    if (subnormal && type.format().isFloat()) {
      return Double.POSITIVE_INFINITY;
    }
    return Math.abs(value) + Math.max(type.format().symmetricMax() * scale, Math.abs(code(magnitude, type.format())));
  }

  /**
   * The kernel's code is that of some quotient in the interval that the errors of element and scale span, times a scale
   * in its interval. Codes do not decrease with the quotient and the value is linear in both, so the farthest value is
   * at a corner.
   */
  private double elementError(
      double x, double inherited, double value, double low, double high, Tensor exact, ErrorModel model) {
    if (!Double.isFinite(x) || !Double.isFinite(inherited) || !(low > 0) || !Double.isFinite(high)) {
      return Double.POSITIVE_INFINITY;
    }
    double reach = quotientError(Math.abs(x) + inherited, low, model);
    NumberFormat format = exact.type().format();
    if (format.isFloat() && !Double.isFinite(reach)) {
      // The reciprocal may be infinite, and times 0 NaN; of integers that is 0, which saturated codes are on both sides
      // of.
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    for (double element : new double[] {Math.nextDown(x - inherited), Math.nextUp(x + inherited)}) {
      for (double scale : new double[] {low, high}) {
        double quotient = element / scale;
        for (double end : new double[] {Math.nextDown(quotient - reach), Math.nextUp(quotient + reach)}) {
          double code = code(end, format);
          worst = Math.max(worst, Math.max(Math.abs(code * low - value), Math.abs(code * high - value)));
        }
      }
    }
    return worst + (worst > 0 ? ErrorModel.REFERENCE * Math.abs(value) : 0);
  }

  /** Error of a kernel's quotient by a scale, which it divides by or multiplies with the reciprocal of. */
  private static double quotientError(double magnitude, double least, ErrorModel model) {
    double reciprocal =
        Math.max(model.function("reciprocal", least, 1 / least), model.function("div", least, 1 / least));
    double quotient = magnitude / least + magnitude * reciprocal;
    return magnitude * reciprocal
        + Math.max(model.arithmetic(quotient), model.function("div", least, quotient))
        + ErrorModel.REFERENCE * quotient;
  }
}
