package nibble.passes.precision;

import nibble.ir.eval.Tensor;

/** How much of a tensor a quantizer clips. */
final class Clipping {
  private Clipping() {}

  /**
   * Share of the elements that are farther from 0 than what stands for them, though the code is the largest that the
   * quantizer uses: a larger scale would bring them nearer.
   *
   * @param exact what was quantized
   * @param codes what it became
   */
  static double share(Tensor exact, Tensor codes) {
    double[] values = codes.values();
    double most = codes.type().format().symmetricMax();
    int clipped = 0;
    for (int i = 0; i < values.length; i++) {
      boolean isLargest = Math.abs(codes.elements()[i]) >= most;
      // Half a code of the largest is rounding; what is beyond was cut off.
      boolean isBeyond = Math.abs(exact.elements()[i]) > Math.abs(values[i]) * (1 + 0.5 / most);
      clipped += isLargest && isBeyond ? 1 : 0;
    }
    return values.length == 0 ? 0 : (double) clipped / values.length;
  }
}
