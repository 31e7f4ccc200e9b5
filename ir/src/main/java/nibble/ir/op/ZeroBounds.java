package nibble.ir.op;

import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.ScaleBounds.Range;

/**
 * What the zero points of a kernel may be: from one number to another for each box.
 *
 * @param low least
 * @param high largest
 */
record ZeroBounds(double[] low, double[] high) {
  /** Of zero points that are known, in the format of the type or in a wider one. */
  static ZeroBounds given(Approximate zeros, NumberFormat format) {
    double[] exact = zeros.exact().elements();
    double[] low = exact.clone();
    double[] high = exact.clone();
    for (int box = 0; box < exact.length; box++) {
      low[box] = format.round(low[box] - zeros.error()[box]);
      high[box] = format.round(high[box] + zeros.error()[box]);
    }
    return new ZeroBounds(low, high);
  }

  /**
   * Of zero points that follow from the largest elements and the scales.
   *
   * @param x what is quantized
   * @param grid its boxes
   * @param scales what the scales may be
   * @param codes format of the codes
   * @param zeros format of the zero points
   */
  static ZeroBounds dynamic(
      Approximate x, ScaleGrid grid, ScaleBounds scales, NumberFormat codes, NumberFormat zeros, ErrorModel model) {
    double[] most = BoxExtremes.most(x.exact().elements(), grid);
    double[] error = BoxExtremes.magnitudes(x.error(), grid);
    double[] low = new double[most.length];
    double[] high = new double[most.length];
    for (int box = 0; box < most.length; box++) {
      low[box] = Double.POSITIVE_INFINITY;
      high[box] = Double.NEGATIVE_INFINITY;
      double largest = most[box] + error[box];
      for (Range range : scales.ranges().get(box)) {
        // The quotient and its difference from the largest code are rounded.
        double quotient = largest / range.low();
        double off = largest == 0 ? 0 : range.quotientError(largest, model);
        off += largest == 0 ? 0 : model.arithmetic(codes.max() + quotient + off) + ErrorModel.REFERENCE * quotient;
        double least = Math.max(0, most[box] - error[box]) / range.high();
        low[box] = Math.min(low[box], Quantize.zero(codes.max() - quotient - off, codes, zeros));
        high[box] = Math.max(high[box], Quantize.zero(codes.max() - least + off, codes, zeros));
      }
    }
    return new ZeroBounds(low, high);
  }
}
