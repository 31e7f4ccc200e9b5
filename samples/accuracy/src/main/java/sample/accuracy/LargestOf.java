package sample.accuracy;

/** Where the largest of some numbers is. */
final class LargestOf {
  private LargestOf() {}

  /** Its index from the first of them on, which is 0; of equal ones that of the first. */
  static int index(double[] values, int from, int count) {
    int best = from;
    for (int i = from + 1; i < from + count; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best - from;
  }
}
