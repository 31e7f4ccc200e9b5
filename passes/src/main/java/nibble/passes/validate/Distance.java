package nibble.passes.validate;

import java.util.Locale;

/**
 * How far results moved, over all elements of all results.
 *
 * @param maxAbsolute largest difference of an element
 * @param cosine cosine of the angle between the results before and after; 1 where they are equal
 * @param sqnrDb ratio of the results before to the difference, in dB; infinite where there is none
 */
public record Distance(double maxAbsolute, double cosine, double sqnrDb) {
  static final Distance NONE = new Distance(0, 1, Double.POSITIVE_INFINITY);

  /** The distance of two lists of numbers; pairs in which one is not finite are left out. */
  static Distance of(double[] before, double[] after) {
    double signal = 0;
    double moved = 0;
    double product = 0;
    double noise = 0;
    double max = 0;
    for (int i = 0; i < before.length; i++) {
      double difference = before[i] - after[i];
      if (Double.isFinite(difference)) {
        signal += before[i] * before[i];
        moved += after[i] * after[i];
        product += before[i] * after[i];
        noise += difference * difference;
        max = Math.max(max, Math.abs(difference));
      }
    }
    if (noise == 0) {
      return NONE;
    }
    return new Distance(max, product / Math.sqrt(signal * moved), 10 * Math.log10(signal / noise));
  }

  public String text() {
    if (maxAbsolute == 0) {
      return "no difference";
    }
    return String.format(Locale.ROOT, "max difference %.3g, cosine %.9f, SQNR %.1f dB", maxAbsolute, cosine, sqnrDb);
  }
}
