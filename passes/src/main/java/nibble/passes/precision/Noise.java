package nibble.passes.precision;

/** Signal and noise of what stands for something else. */
final class Noise {
  private Noise() {}

  /** Sum of the squares of the differences, over that of the exact values; 0 where nothing is lost. */
  static double ratio(double[] exact, double[] other) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < exact.length; i++) {
      signal += exact[i] * exact[i];
      noise += (exact[i] - other[i]) * (exact[i] - other[i]);
    }
    return noise == 0 ? 0 : noise / signal;
  }

  /** A ratio as decibels of signal over noise; infinite where there is no noise. */
  static double decibels(double ratio) {
    return ratio == 0 ? Double.POSITIVE_INFINITY : -10 * Math.log10(ratio);
  }
}
