package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.ir.eval.Tensor;

/**
 * What a classifier says of each row of its input.
 *
 * @param guesses one for each row of the output
 */
public record Classification(ImmutableList<Guess> guesses) {
  /**
   * The class of one row.
   *
   * @param name of the class with the largest logit; of equal ones the first
   * @param share of that class in the softmax of the row; NaN where the row has one
   * @param label the class that it is, where that is known
   */
  public record Guess(String name, double share, Optional<String> label) {
    /** Whether it is the right one; empty where that is not known. */
    public Optional<Boolean> right() {
      return label.map(name::equals);
    }
  }

  /** Of the first output of a model that has classes; empty of others, and where the output has no column for each. */
  public static Optional<Classification> of(RunReport report) {
    List<String> classes = report.model().model().argument().classes();
    return report.outputs().stream().limit(1)
        .filter(output -> !classes.isEmpty() && output.extents().length == 2 && output.extents()[1] == classes.size())
        .findFirst()
        .map(output -> of(output, classes, report.inputs().labels()));
  }

  /**
   * Of logits.
   *
   * @param logits a row for each thing, a column for each class
   * @param labels the classes of the first rows; may be fewer than rows
   */
  static Classification of(Tensor logits, List<String> classes, List<String> labels) {
    double[] x = logits.values();
    int columns = classes.size();
    ImmutableList.Builder<Guess> guesses = ImmutableList.builder();
    for (int row = 0; row < logits.extents()[0]; row++) {
      int best = row * columns;
      for (int i = best + 1; i < (row + 1) * columns; i++) {
        best = x[i] > x[best] ? i : best;
      }
      double sum = 0;
      for (int i = row * columns; i < (row + 1) * columns; i++) {
        sum += Math.exp(x[i] - x[best]);
      }
      guesses.add(new Guess(
          classes.get(best - row * columns), 1 / sum,
          row < labels.size() ? Optional.of(labels.get(row)) : Optional.empty()));
    }
    return new Classification(guesses.build());
  }

  /** How many rows have a label. */
  public long labelled() {
    return guesses.stream().filter(guess -> guess.label().isPresent()).count();
  }

  /** How many of these have been told right. */
  public long right() {
    return guesses.stream().filter(guess -> guess.right().orElse(false)).count();
  }
}
