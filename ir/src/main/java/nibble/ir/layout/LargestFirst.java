package nibble.ir.layout;

/**
 * Which of a few scores are the largest. Of equal ones the last are, as the comparisons of sparse kernels have it: with
 * {@code >} alone, all of four equal magnitudes leave the last two. NaN is larger than all numbers.
 */
final class LargestFirst {
  private LargestFirst() {}

  /** Whether the score at an index is one of that many that are the largest. */
  static boolean has(double[] scores, int index, long count) {
    long larger = 0;
    for (int other = 0; other < scores.length; other++) {
      int order = Double.compare(scores[other], scores[index]);
      if (order > 0 || order == 0 && other > index) {
        larger++;
      }
    }
    return larger < count;
  }
}
