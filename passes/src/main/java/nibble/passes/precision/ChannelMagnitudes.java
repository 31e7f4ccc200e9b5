package nibble.passes.precision;

import nibble.ir.eval.Tensor;

/** The largest magnitudes of the channels of a tensor. */
final class ChannelMagnitudes {
  private ChannelMagnitudes() {}

  /** The largest finite magnitude at each index of an axis. */
  static double[] of(Tensor tensor, int axis) {
    int[] extents = tensor.extents();
    int stride = 1;
    for (int i = axis + 1; i < extents.length; i++) {
      stride *= extents[i];
    }
    double[] largest = new double[extents[axis]];
    for (int i = 0; i < tensor.size(); i++) {
      double magnitude = Math.abs(tensor.elements()[i]);
      int index = i / stride % largest.length;
      largest[index] = Double.isFinite(magnitude) ? Math.max(largest[index], magnitude) : largest[index];
    }
    return largest;
  }
}
