package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.Granularity;

/**
 * The range of each box that loses least to a quantizer: of {@code amax k / steps} for all k, that whose codes, with
 * the unrounded scale {@code range / max} and rounded to nearest even, have the least sum of squared errors; the
 * largest of several. 0 for a box of zeros, the amax where that is no finite number.
 *
 * @param granularity the boxes
 * @param elements format of the codes
 * @param steps number of candidates
 */
@OpInfo(
    name = "mse_range", summary = "the range of each box whose quantization has the least mean squared error",
    rounding = "codes of candidates are rounded to nearest even")
public record MseRange(Granularity granularity, NumberFormat elements, int steps) implements RangeOp {
  public MseRange {
    if (steps < 1) {
      throw new IllegalArgumentException("a search takes one step at least, not " + steps);
    }
  }

  @Override
  public double range(double[] magnitudes) {
    double amax = Arrays.stream(magnitudes).reduce(0, Math::max);
    if (!(amax > 0) || Double.isInfinite(amax)) {
      return amax;
    }
    CodeRange codes = CodeRange.of(elements);
    double best = amax;
    double least = Double.POSITIVE_INFINITY;
    for (int k = steps; k > 0; k--) {
      double range = amax * k / steps;
      double loss = loss(magnitudes, range / codes.most(), codes.most());
      if (loss < least) {
        least = loss;
        best = range;
      }
    }
    return best;
  }

  private double loss(double[] magnitudes, double scale, double most) {
    double loss = 0;
    for (double magnitude : magnitudes) {
      double code = elements.decode(elements.encode(magnitude / scale, FixedRounding.NEAREST_EVEN));
      double error = magnitude - scale * Math.min(code, most);
      loss += error * error;
    }
    return loss;
  }

  /** Another candidate may win, but it is one of them. */
  @Override
  public double rangeError(double amax, double inherited, double range, ErrorModel model) {
    double most = (amax + inherited) * (1 + 0x1p-20) + model.arithmetic(Float.MIN_NORMAL);
    double least = Math.max(0, amax - inherited) / steps * (1 - 0x1p-20) - model.arithmetic(Float.MIN_NORMAL);
    return amax == 0 && inherited == 0 ? 0 : Math.max(most - range, range - least);
  }
}
