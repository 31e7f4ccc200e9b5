package nibble.ir.sparsity;

import java.util.Arrays;

/** How much a weight counts when others are pruned. */
public enum Saliency {
  /** Its magnitude. */
  MAGNITUDE,
  /**
   * Its magnitude times the norm of the channel that it is multiplied with ("A Simple and Effective Pruning Approach
   * for Large Language Models", Wanda).
   */
  WANDA,
  /**
   * Its shares of the magnitudes of its row and of its column, times the square root of the norm of the channel
   * ("Plug-and-Play: An Efficient Post-training Pruning Method for Large Language Models", RIA).
   */
  RIA,
  /** What its loss costs where others make up for it; they are changed ({@link SecondOrderPruning}). */
  SPARSEGPT,
  /** Its magnitude; what is kept shrinks, and so is continuous in the weights ({@link ContinuousProjection}). */
  SSTE;

  /** The power of norms in {@link #RIA}. */
  private static final double RIA_POWER = 0.5;

  /** Whether it asks what a weight is multiplied with. */
  public boolean needsActivations() {
    return switch (this) {
      case MAGNITUDE, SSTE -> false;
      case WANDA, RIA, SPARSEGPT -> true;
    };
  }

  /**
   * Scores of the elements of a matrix; of {@link #SPARSEGPT} those of Wanda, which it is without the change of others.
   *
   * @param weights row by row, a row for each output channel
   * @param norms of the channels that columns are multiplied with; may be null where a
   *     saliency does not need activations
   */
  public double[] scores(double[] weights, int columns, double[] norms) {
    double[] scores = Arrays.stream(weights).map(Math::abs).toArray();
    return switch (this) {
      case MAGNITUDE, SSTE -> scores;
      case WANDA, SPARSEGPT -> {
        Arrays.setAll(scores, i -> scores[i] * norms[i % columns]);
        yield scores;
      }
      case RIA -> relative(scores, columns, norms);
    };
  }

  private static double[] relative(double[] magnitudes, int columns, double[] norms) {
    double[] ofRow = new double[columns == 0 ? 0 : magnitudes.length / columns];
    double[] ofColumn = new double[columns];
    for (int i = 0; i < magnitudes.length; i++) {
      ofRow[i / columns] += magnitudes[i];
      ofColumn[i % columns] += magnitudes[i];
    }
    double[] scores = new double[magnitudes.length];
    Arrays.setAll(scores, i -> magnitudes[i] == 0 ? 0 : magnitudes[i] * Math.pow(norms[i % columns], RIA_POWER)
        * (1 / ofRow[i / columns] + 1 / ofColumn[i % columns]));
    return scores;
  }
}
