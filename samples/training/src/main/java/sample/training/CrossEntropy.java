package sample.training;

/** The mean of {@code -log softmax(logits)[label]} over rows. */
public final class CrossEntropy {
  private CrossEntropy() {}

  /**
   * The mean in nats, with its gradient.
   *
   * @param logits {@code [rows, kinds]}
   * @param labels one for each row
   * @param gradient where that of the logits goes
   */
  public static double of(float[] logits, byte[] labels, float[] gradient) {
    int rows = labels.length;
    int kinds = logits.length / rows;
    System.arraycopy(logits, 0, gradient, 0, logits.length);
    double loss = 0;
    for (int n = 0; n < rows; n++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < kinds; i++) {
        most = Math.max(most, logits[n * kinds + i]);
      }
      double sum = 0;
      for (int i = 0; i < kinds; i++) {
        sum += StrictMath.exp(logits[n * kinds + i] - most);
      }
      loss += StrictMath.log(sum) + most - logits[n * kinds + labels[n]];
      Attention.softmax(gradient, n * kinds, kinds, 1);
      gradient[n * kinds + labels[n]] -= 1;
      for (int i = 0; i < kinds; i++) {
        gradient[n * kinds + i] /= rows;
      }
    }
    return loss / rows;
  }
}
