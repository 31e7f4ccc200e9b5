package nibble.passes.precision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;

/**
 * Lowers the largest magnitudes of boxes of {@code X T} by gradients. The step of a quantizer is in proportion to the
 * largest magnitude of a box, {@code amax}, so that the noise of the product is as {@code sum amax^2 * |T^-1 W|^2}
 * over the boxes. The closed form takes norms in place of largest magnitudes, as if all boxes were alike and normal;
 * here it is where descent starts (learned transforms are those of "FlatQuant: Flatness Matters for LLM Quantization").
 * Norms {@code (sum |z|^p)^(1/p)} stand for largest magnitudes, as these have no gradients, with p from 6 to 20 as
 * steps become smaller; steps are Adam's. Each fourth box is kept apart, and the matrix with which these lose least is
 * taken, be it that of the start: where there are few sample inputs, descent learns these alone. It ends when nothing
 * better was found for 20 steps.
 *
 * @param learned boxes of the activation, one after another
 * @param apart boxes that none is learned from
 * @param g {@code W W^T}
 */
record TransformDescent(List<double[]> learned, List<double[]> apart, SquareMatrix g) {
  private static final int APART = 4;
  private static final int LOOK = 5;
  private static final int PATIENCE = 20;
  private static final int BATCH = 1024;
  private static final double FIRST_POWER = 6;
  private static final double LAST_POWER = 20;
  private static final double RATE = 0.05;
  private static final double LAST_RATE = 0.05;
  private static final double MEAN_DECAY = 0.9;
  private static final double SQUARE_DECAY = 0.99;

  /** What was found, after so many steps. */
  record Result(SquareMatrix matrix, int steps) {}

  /**
   * Of a block of channels.
   *
   * @param from its first channel
   * @param rows of a box; boxes end with the last axis but one
   */
  static TransformDescent of(Tensor activation, int from, int rows, SquareMatrix g) {
    int[] extents = activation.extents();
    int inner = extents[extents.length - 1];
    int period = extents.length < 2 ? 1 : extents[extents.length - 2];
    double[] values = activation.values();
    List<double[]> learned = new ArrayList<>();
    List<double[]> apart = new ArrayList<>();
    int row = 0;
    for (int box = 0; row < values.length / inner; box++) {
      int height = Math.min(rows, period - row % period);
      double[] own = new double[height * g.size()];
      for (int i = 0; i < height; i++) {
        System.arraycopy(values, (row + i) * inner + from, own, i * g.size(), g.size());
      }
      (box % APART == APART - 1 ? apart : learned).add(own);
      row += height;
    }
    return new TransformDescent(learned, apart, g);
  }

  /** Descends; the start where there are too few boxes to keep one apart. */
  Result from(SquareMatrix start, int steps) {
    if (apart.isEmpty()) {
      return new Result(start, 0);
    }
    int count = start.elements().length;
    double root = Math.sqrt(Arrays.stream(start.elements()).map(x -> x * x).sum() / count);
    double[] now = Arrays.stream(start.elements()).map(element -> element / root).toArray();
    double[] mean = new double[count];
    double[] square = new double[count];
    Result best = new Result(new SquareMatrix(g.size(), now.clone()), 0);
    double least = noise(best.matrix);
    int next = 0;
    for (int step = 1; step <= steps && step <= best.steps + PATIENCE; step++) {
      double share = (double) step / steps;
      List<double[]> batch = new ArrayList<>();
      for (int seen = 0; seen < BATCH && batch.size() < learned.size(); next = (next + 1) % learned.size()) {
        batch.add(learned.get(next));
        seen += learned.get(next).length / g.size();
      }
      double[] gradient = gradient(
          new SquareMatrix(g.size(), now), batch, FIRST_POWER * Math.pow(LAST_POWER / FIRST_POWER, share));
      double rate = RATE * (1 - share * (1 - LAST_RATE));
      for (int i = 0; i < count; i++) {
        mean[i] = MEAN_DECAY * mean[i] + (1 - MEAN_DECAY) * gradient[i];
        square[i] = SQUARE_DECAY * square[i] + (1 - SQUARE_DECAY) * gradient[i] * gradient[i];
        double unbiased = Math.sqrt(square[i] / (1 - Math.pow(SQUARE_DECAY, step)));
        now[i] -= unbiased == 0 ? 0 : rate * mean[i] / (1 - Math.pow(MEAN_DECAY, step)) / unbiased;
      }
      if (step % LOOK == 0 || step == steps) {
        SquareMatrix here = new SquareMatrix(g.size(), now.clone());
        double noise = noise(here);
        if (noise < least) {
          least = noise;
          best = new Result(here, step);
        }
      }
    }
    return best;
  }

  /** What a quantizer makes of the boxes that were kept apart, but for a factor. */
  double noise(SquareMatrix matrix) {
    double sum = 0;
    for (double[] box : apart) {
      double amax = amax(multiplied(box, matrix));
      sum += amax * amax;
    }
    return sum * matrix.inverse().conjugate(g).trace();
  }

  private double[] multiplied(double[] box, SquareMatrix matrix) {
    double[] product = new double[box.length];
    MatrixProduct.multiply(box, 0, matrix.elements(), 0, product, 0, box.length / g.size(), g.size(), g.size());
    return product;
  }

  private static double amax(double[] box) {
    double amax = 0;
    for (double element : box) {
      amax = Math.max(amax, Math.abs(element));
    }
    return amax;
  }

  /** Of {@code log sum |z|_p^2 + log |T^-1 W|^2}, by T. */
  double[] gradient(SquareMatrix matrix, List<double[]> batch, double power) {
    int rows = batch.stream().mapToInt(box -> box.length).sum() / g.size();
    double[] x = new double[rows * g.size()];
    double[] ofZ = new double[x.length];
    double total = 0;
    int at = 0;
    for (double[] box : batch) {
      System.arraycopy(box, 0, x, at, box.length);
      at += box.length;
    }
    double[] z = multiplied(x, matrix);
    at = 0;
    for (double[] box : batch) {
      double amax = 0;
      for (int i = at; i < at + box.length; i++) {
        amax = Math.max(amax, Math.abs(z[i]));
      }
      double sum = 0;
      for (int i = at; i < at + box.length && amax > 0; i++) {
        double share = Math.abs(z[i]) / amax;
        ofZ[i] = Math.pow(share, power - 1);
        sum += ofZ[i] * share;
      }
      double norm = amax > 0 ? amax * amax * Math.pow(sum, 2 / power) : 0;
      for (int i = at; i < at + box.length && amax > 0; i++) {
        ofZ[i] *= 2 * norm / sum / amax * Math.signum(z[i]);
      }
      total += norm;
      at += box.length;
    }
    double[] gradient = new double[g.size() * g.size()];
    MatrixProduct.multiply(MatrixProduct.transpose(x, 0, rows, g.size()), 0, ofZ, 0, gradient, 0, g.size(), rows,
        g.size());
    SquareMatrix inverse = matrix.inverse();
    SquareMatrix noise = inverse.conjugate(g);
    double[] ofInverse = inverse.transpose().times(noise).elements();
    double scale = total > 0 ? 1 / total : 0;
    double trace = noise.trace();
    Arrays.setAll(gradient, i -> gradient[i] * scale - 2 * ofInverse[i] / trace);
    return gradient;
  }
}
