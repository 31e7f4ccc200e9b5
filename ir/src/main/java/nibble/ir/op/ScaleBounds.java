package nibble.ir.op;

import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.NumberFormat;

/**
 * What the scales of a kernel may be: between two numbers for each box.
 *
 * @param low least scale
 * @param high largest scale
 * @param replaced whether the scale may be so small that it is 1 instead, in the kernel or in interpretation
 */
record ScaleBounds(double[] low, double[] high, boolean[] replaced) {
  static ScaleBounds given(Approximate scales) {
    int count = scales.exact().size();
    ScaleBounds bounds = new ScaleBounds(new double[count], new double[count], new boolean[count]);
    for (int box = 0; box < count; box++) {
      double scale = scales.exact().elements()[box];
      double error = scales.error()[box];
      bounds.low[box] = error == 0 ? scale : Math.nextDown(scale - error);
      bounds.high[box] = error == 0 ? scale : Math.nextUp(scale + error);
    }
    return bounds;
  }

  /** Of the scales of a dynamic quantizer: the largest magnitude is off by no more than the worst element is. */
  static ScaleBounds dynamic(Approximate operand, ScaleGrid grid, Tensor exact, ErrorModel model) {
    int count = exact.scales().length;
    double[] amax = new double[count];
    double[] inherited = new double[count];
    largest(operand.exact().elements(), grid, amax);
    largest(operand.error(), grid, inherited);
    return of(amax, inherited, exact.type().format(), exact.type().scaleType().format(), model);
  }

  /**
   * Of scales {@code round(amax / limit)}.
   *
   * @param amax the largest magnitude of each box
   * @param inherited bound of the error of each
   * @param codes format of the codes
   * @param scales format of the scales
   */
  static ScaleBounds of(
      double[] amax, double[] inherited, NumberFormat codes, NumberFormat scales, ErrorModel model) {
    int count = amax.length;
    ScaleBounds bounds = new ScaleBounds(new double[count], new double[count], new boolean[count]);
    for (int box = 0; box < count; box++) {
      bounds.set(box, amax[box], inherited[box], codes.symmetricMax(), scales, model);
    }
    return bounds;
  }

  /** Writes the largest magnitude of each box; a NaN is the largest. */
  static void largest(double[] elements, ScaleGrid grid, double[] largest) {
    grid.forEachRunInOrder((from, to, box) -> {
      double most = largest[box];
      for (int i = from; i < to; i++) {
        most = Math.max(most, Math.abs(elements[i]));
      }
      largest[box] = most;
    });
  }

  private void set(
      int box, double amax, double inherited, double limit, NumberFormat format, ErrorModel model) {
    double most = (amax + inherited) / limit;
    // The reciprocal of the limit is rounded and multiplied, or the division is the target's; f64 rounds as well.
    double reciprocal = model.arithmetic(1 / limit) * limit;
    double computed = most * (reciprocal + ErrorModel.REFERENCE)
        + Math.max(model.arithmetic(most * (1 + reciprocal)), model.function("div", limit, most));
    double least = (amax - inherited) / limit - computed;
    if (amax == 0 && inherited == 0) {
      low[box] = 1;
      high[box] = 1;
      return;
    }
    low[box] = format.round(least);
    high[box] = format.round(most + computed);
    if (format.bits() >= Float.SIZE) {
      // As precise as what kernels compute in, so that they may divide by the quotient from before it was rounded.
      low[box] = Math.min(low[box], least);
      high[box] = Math.max(high[box], most + computed);
    }
    // Twice, since what is computed before rounding may be flushed to 0 and half a gap rounds to it.
    replaced[box] = !(least > Math.max(2 * Float.MIN_NORMAL, 4 * format.roundingError(0)));
  }

  boolean mayBeReplaced(int box) {
    return replaced[box];
  }
}
