package nibble.passes.precision;

import java.util.Locale;

/**
 * The line of least squares through points.
 *
 * @param slope of the line
 * @param offset where it crosses 0
 * @param correlation of the points, from -1 to 1; NaN where all are at one place
 */
record LineFit(double slope, double offset, double correlation) {
  /** Through points; flat where all of them are at one place. */
  static LineFit of(double[] x, double[] y) {
    double meanX = mean(x);
    double meanY = mean(y);
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      xy += (x[i] - meanX) * (y[i] - meanY);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    double slope = xx == 0 ? 0 : xy / xx;
    return new LineFit(slope, meanY - slope * meanX, xy / Math.sqrt(xx * yy));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return values.length == 0 ? 0 : sum / values.length;
  }

  double at(double x) {
    return slope * x + offset;
  }

  String text() {
    return String.format(Locale.ROOT, "%.4f change %+.4f, correlation %.2f", slope, offset, correlation);
  }
}
