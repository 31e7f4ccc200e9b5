package nibble.ir.op;

import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.CodeBounds.Interval;

/**
 * How far values of two levels of codes may be from those of interpretation.
 *
 * <p>Where a code of the first level may be one or the next, what it leaves jumps by a whole scale, and the second
 * level makes up for it. So besides the sum of both levels' errors there is another bound: the kernel's value is as far
 * from its element as the second level rounds, its element as far from the exact one as that inherits, and that as far
 * from the value of interpretation as it is. The less of the two holds. Where the largest magnitude of a box is so near
 * the threshold that its flag may go either way, both cases count.
 */
final class ResidualBounds {
  private final Approximate x;
  private final Tensor exact;
  private final TensorType type;
  private final ScaleGrid grid;
  private final CodeBounds first;
  private final CodeBounds second;
  private final boolean[] maybeFlagged;
  private final boolean[] maybeSingle;
  /** The largest magnitude of what the first level leaves in a kernel, and the error of the kernel's computing it. */
  private final double[] reach;

  private final double[] rounding;

  ResidualBounds(Quantize op, CodeBounds first, Approximate x, Tensor exact, ErrorModel model) {
    this.x = x;
    this.exact = exact;
    this.type = exact.type().residualType().orElseThrow();
    this.grid = ScaleGrid.of(type);
    this.first = first;
    this.maybeFlagged = new boolean[grid.boxes()];
    this.maybeSingle = new boolean[grid.boxes()];
    this.reach = new double[x.exact().size()];
    this.rounding = new double[reach.length];
    flags(op.fallback().orElseThrow());
    Quantizer quantizer = Quantizer.of(type, op.rounding(), 1);
    this.second = new CodeBounds(type, quantizer, scales(model), Optional.empty(), model);
  }

  private void flags(double threshold) {
    double[] amax = BoxExtremes.magnitudes(x.exact().elements(), grid);
    double[] errors = BoxExtremes.magnitudes(x.error(), grid);
    // The kernel compares with the threshold in f32.
    double least = Math.min(threshold, (float) threshold);
    double most = Math.max(threshold, (float) threshold);
    for (int box = 0; box < amax.length; box++) {
      maybeFlagged[box] = !(amax[box] + errors[box] <= least);
      maybeSingle[box] = !(amax[box] - errors[box] > most);
    }
  }

  /** What the second scales of flagged boxes may be. */
  private ScaleBounds scales(ErrorModel model) {
    double[] least = new double[reach.length];
    grid.forEachRun((from, to, box) -> {
      for (int i = from; i < to; i++) {
        least[i] = left(i, box, model);
      }
    });
    double[] low = BoxExtremes.magnitudes(least, grid);
    double[] high = BoxExtremes.magnitudes(reach, grid);
    ScaleLayout layout = type.scale().orElseThrow();
    for (int box = 0; box < low.length; box++) {
      // An outer scale takes no account of boxes without a flag.
      high[box] = maybeFlagged[box] ? high[box] : 0;
      low[box] = maybeSingle[box] && layout.outer().isPresent() ? 0 : Math.min(low[box], high[box]);
      double middle = (low[box] + high[box]) / 2;
      high[box] = high[box] == 0 ? 0 : Math.nextUp(high[box] - middle);
      low[box] = middle;
    }
    CodeRange codes = CodeRange.of(type.format());
    return ScaleBounds.dynamic(
        QuantizeBounds.boxes(low, high), type.scaleType(), layout, codes, Optional.empty(), model);
  }

  /** Sets what the first level may leave of an element at most, and returns what it leaves at least. */
  private double left(int i, int box, ErrorModel model) {
    double element = x.exact().elements()[i];
    Interval left = first.left(i, box, element, x.error()[i]);
    double product = Math.abs(element) + x.error()[i] + left.high();
    // The product of code and scale, of which a factor may underflow, and the difference.
    rounding[i] = 2 * model.arithmetic(product) + model.arithmetic(left.high())
        + first.quantizer().widest() * model.arithmetic(Float.MIN_NORMAL) + ErrorModel.REFERENCE * product;
    reach[i] = left.high() + rounding[i];
    return Math.max(0, left.low() - rounding[i]);
  }

  double[] errors() {
    double[] values = exact.values();
    double[] firstValues = exact.withoutResidual().values();
    double[] secondValues = exact.residual().orElseThrow().values();
    double[] secondScales = exact.residual().orElseThrow().scales();
    double[] errors = new double[values.length];
    grid.forEachRun((from, to, box) -> {
      for (int i = from; i < to; i++) {
        double single = maybeSingle[box] ? first.error(i, box, x.exact().elements()[i], x.error()[i], values[i]) : 0;
        double flagged = maybeFlagged[box] ? fromElement(i, box, values[i]) : 0;
        // If the box has a residual in interpretation, too.
        errors[i] = Math.max(single, maybeFlagged[box] && secondScales[box] != 0
            ? Math.min(flagged, sum(i, box, firstValues[i], secondValues[i]))
            : flagged);
      }
    });
    return errors;
  }

  /** By way of the element. */
  private double fromElement(int i, int box, double value) {
    return second.distance(i, box, reach[i]) + rounding[i] + x.error()[i]
        + Math.abs(x.exact().elements()[i] - value);
  }

  /** The errors of both levels. */
  private double sum(int i, int box, double firstValue, double secondValue) {
    double element = x.exact().elements()[i];
    double inherited = x.error()[i];
    double firstError = first.error(i, box, element, inherited, firstValue);
    double leftError = firstError + inherited + rounding[i];
    return firstError + second.error(i, box, element - firstValue, leftError, secondValue)
        + ErrorModel.REFERENCE * (Math.abs(firstValue) + Math.abs(secondValue));
  }
}
