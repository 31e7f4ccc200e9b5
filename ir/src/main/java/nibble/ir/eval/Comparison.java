package nibble.ir.eval;

/**
 * How far numbers are from others, as a whole.
 *
 * @param cosine cosine of the angle between them
 * @param relativeL1 {@code sum |x - y| / sum |x|}; 0 where they are equal
 * @param rmse root of the mean of the squared differences, in the unit of the numbers
 * @param sqnrDb signal to quantization noise ratio in decibels: {@code 10 log10(sum x^2 / sum (x - y)^2)}; infinite
 *     where they are equal
 * @param maxAbsError the largest difference of two elements
 */
public record Comparison(double cosine, double relativeL1, double rmse, double sqnrDb, double maxAbsError) {
  /** Of what is equal. */
  public static final Comparison EQUAL = new Comparison(1, 0, 0, Double.POSITIVE_INFINITY, 0);

  /** Compares with a reference of the same shape. */
  public static Comparison of(Tensor reference, Tensor other) {
    if (reference.size() != other.size()) {
      throw new IllegalArgumentException(reference.type() + " and " + other.type() + " have different sizes");
    }
    return of(reference.values(), other.values());
  }

  /** Compares with reference numbers, as many. */
  public static Comparison of(double[] reference, double[] other) {
    if (reference.length != other.length) {
      throw new IllegalArgumentException(reference.length + " and " + other.length + " numbers");
    }
    return of(reference, other, 0, reference.length);
  }

  /** Compares a part of reference numbers, from the first up to but without the last, with the same part of others. */
  public static Comparison of(double[] reference, double[] other, int from, int to) {
    double xx = 0;
    double yy = 0;
    double xy = 0;
    double magnitude = 0;
    double distance = 0;
    double noise = 0;
    double max = 0;
    for (int i = from; i < to; i++) {
      double x = reference[i];
      double y = other[i];
      double difference = Math.abs(x - y);
      xx += x * x;
      yy += y * y;
      xy += x * y;
      magnitude += Math.abs(x);
      distance += difference;
      noise += difference * difference;
      max = Math.max(max, difference);
    }
    double cosine = xx == 0 && yy == 0 ? 1 : xy / Math.sqrt(xx * yy);
    return noise == 0
        ? new Comparison(cosine, 0, 0, Double.POSITIVE_INFINITY, max)
        : new Comparison(
            cosine, distance / magnitude, Math.sqrt(noise / (to - from)), 10 * Math.log10(xx / noise), max);
  }
}
