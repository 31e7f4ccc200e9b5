package nibble.engine.run;

import java.util.Optional;
import nibble.ir.eval.Tensor;

/**
 * How alike the rows of an output are.
 *
 * @param cosines cosine of the angle between two rows, for each pair
 */
public record Similarity(double[][] cosines) {
  /** Of the texts of a run: of the first output with a row for each; empty where there is none. */
  public static Optional<Similarity> of(RunReport report) {
    int rows = report.inputs().texts().size();
    return rows < 2
        ? Optional.empty()
        : report.outputs().stream()
            .filter(output -> output.extents().length == 2 && output.extents()[0] == rows)
            .findFirst()
            .map(Similarity::of);
  }

  private static Similarity of(Tensor output) {
    int rows = output.extents()[0];
    int columns = output.extents()[1];
    double[] x = output.values();
    double[][] cosines = new double[rows][rows];
    for (int a = 0; a < rows; a++) {
      for (int b = 0; b < rows; b++) {
        cosines[a][b] = dot(x, a * columns, b * columns, columns)
            / Math.sqrt(dot(x, a * columns, a * columns, columns) * dot(x, b * columns, b * columns, columns));
      }
    }
    return new Similarity(cosines);
  }

  private static double dot(double[] x, int a, int b, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[a + i] * x[b + i];
    }
    return sum;
  }
}
