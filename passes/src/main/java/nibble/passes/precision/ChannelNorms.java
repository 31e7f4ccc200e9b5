package nibble.passes.precision;

import java.util.Arrays;
import nibble.ir.eval.Tensor;

/** Norms of the channels of a tensor: square roots of sums of squares. */
final class ChannelNorms {
  private ChannelNorms() {}

  /** Of the channels along the last axis. */
  static double[] of(Tensor activation) {
    return of(activation, activation.extents().length - 1);
  }

  /** At each index of an axis, of what is finite there. */
  static double[] of(Tensor tensor, int axis) {
    int[] extents = tensor.extents();
    int stride = 1;
    for (int i = axis + 1; i < extents.length; i++) {
      stride *= extents[i];
    }
    double[] norms = new double[extents[axis]];
    double[] values = tensor.values();
    for (int i = 0; i < values.length; i++) {
      norms[i / stride % norms.length] += Double.isFinite(values[i]) ? values[i] * values[i] : 0;
    }
    Arrays.setAll(norms, i -> Math.sqrt(norms[i]));
    return norms;
  }
}
