package nibble.passes.precision;

import java.util.Arrays;
import nibble.ir.eval.Tensor;

/** Norms of the channels along the last axis of an activation: square roots of sums of squares. */
final class ChannelNorms {
  private ChannelNorms() {}

  static double[] of(Tensor activation) {
    int[] extents = activation.extents();
    double[] norms = new double[extents[extents.length - 1]];
    double[] values = activation.values();
    for (int i = 0; i < values.length; i++) {
      norms[i % norms.length] += values[i] * values[i];
    }
    Arrays.setAll(norms, i -> Math.sqrt(norms[i]));
    return norms;
  }
}
