package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;

/**
 * What each box of a quantized activation adds to the error of its product. The error of some rows of the product is
 * the sum of {@code e_b w_b} over the boxes b side by side there, with what quantization changes of the activation, e,
 * and the rows of the weight that it meets, w; and of {@code x (w' - w)} where the weight is quantized as well. So its
 * square is a sum over the Gram matrix of these terms, and that of any choice of boxes with a perfect second level,
 * which leaves nothing of them, over the rows and columns of the others.
 *
 * @param grams of each row of boxes: term 0 is that of the weight, and the others of the boxes from left to right
 * @param amax of each box, row by row
 */
record BoxErrors(ImmutableList<double[][]> grams, double[] amax) {
  /** More boxes side by side have too many choices to look at all. */
  private static final int MOST_SIDE_BY_SIDE = 16;

  /**
   * Multiplies what is left of an activation.
   *
   * @param grid boxes of the activation, whose last axis is the inner one
   * @param x the activation
   * @param coded the same, quantized
   * @param w the weight, {@code [inner, outer]}
   * @param codedWeight the same, quantized; or itself, for the errors of the activation alone
   */
  static BoxErrors of(ScaleGrid grid, Tensor x, double[] coded, double[] w, double[] codedWeight) {
    int inner = grid.extents()[grid.extents().length - 1];
    int outer = w.length / inner;
    int width = grid.box()[grid.box().length - 1];
    int wide = grid.grid()[grid.grid().length - 1];
    double[] values = x.values();
    List<double[][]> grams = new ArrayList<>();
    for (int row = 0; row < grid.boxes() / wide; row++) {
      grams.add(new double[wide + 1][wide + 1]);
    }
    double[] amax = new double[grid.boxes()];
    double[][] terms = new double[wide + 1][outer];
    for (int token = 0; token < values.length / inner; token++) {
      int row = grid.indexOf(token * inner) / wide;
      for (double[] term : terms) {
        Arrays.fill(term, 0);
      }
      for (int j = 0; j < inner; j++) {
        int at = token * inner + j;
        int box = j / width;
        double error = coded[at] - values[at];
        amax[row * wide + box] = Math.max(amax[row * wide + box], Math.abs(values[at]));
        for (int column = 0; column < outer; column++) {
          terms[0][column] += values[at] * (codedWeight[j * outer + column] - w[j * outer + column]);
          terms[box + 1][column] += error * codedWeight[j * outer + column];
        }
      }
      add(grams.get(row), terms);
    }
    return new BoxErrors(ImmutableList.copyOf(grams), amax);
  }

  private static void add(double[][] gram, double[][] terms) {
    for (int i = 0; i < terms.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int column = 0; column < terms[i].length; column++) {
          sum += terms[i][column] * terms[j][column];
        }
        gram[i][j] += sum;
        gram[j][i] = gram[i][j];
      }
    }
  }

  int boxes() {
    return amax.length;
  }

  private int wide() {
    return grams.getFirst().length - 1;
  }

  /** The squared error of the product without a second level. */
  double oneLevel() {
    return left(new boolean[boxes()]);
  }

  /** The squared error with a perfect second level of some boxes. */
  double left(boolean[] flags) {
    double sum = 0;
    for (int row = 0; row < grams.size(); row++) {
      double[][] gram = grams.get(row);
      for (int i = 0; i < gram.length; i++) {
        for (int j = 0; j < gram.length; j++) {
          sum += isLeft(flags, row, i) && isLeft(flags, row, j) ? gram[i][j] : 0;
        }
      }
    }
    return sum;
  }

  private boolean isLeft(boolean[] flags, int row, int term) {
    return term == 0 || !flags[row * wide() + term - 1];
  }

  /** The squared error that the weight's rounding makes alone. */
  double ofWeight() {
    return grams.stream().mapToDouble(gram -> gram[0][0]).sum();
  }

  /** The squared error that some boxes make, each alone. */
  double of(boolean[] flags) {
    double sum = 0;
    for (int box = 0; box < flags.length; box++) {
      int term = box % wide() + 1;
      sum += flags[box] ? grams.get(box / wide())[term][term] : 0;
    }
    return sum;
  }

  /** The boxes with the largest amax: what a kernel chooses. */
  boolean[] largest(int count) {
    boolean[] flags = new boolean[boxes()];
    Integer[] order = new Integer[boxes()];
    Arrays.setAll(order, box -> box);
    Arrays.sort(order, Comparator.comparingDouble(box -> -amax[box]));
    for (int i = 0; i < count; i++) {
      flags[order[i]] = true;
    }
    return flags;
  }

  /**
   * What no choice of so many boxes goes below. Of each row of boxes, the least error of all choices is known for each
   * number of them. Their lower convex hulls are linear programs whose common optimum takes the steepest steps first;
   * it allows parts of boxes, so real choices are a little above. Nothing where too many boxes are side by side.
   */
  Optional<Double> atLeast(int flagged) {
    if (wide() > MOST_SIDE_BY_SIDE) {
      return Optional.empty();
    }
    List<Double> gains = new ArrayList<>();
    for (double[][] gram : grams) {
      double[] least = least(gram);
      for (int from = 0; from < least.length - 1;) {
        int to = steepest(least, from);
        double gain = (least[from] - least[to]) / (to - from);
        for (int i = from; i < to; i++) {
          gains.add(gain);
        }
        from = to;
      }
    }
    gains.sort(Comparator.reverseOrder());
    return Optional.of(oneLevel() - gains.stream().limit(flagged).mapToDouble(gain -> gain).sum());
  }

  private static int steepest(double[] least, int from) {
    int best = from + 1;
    for (int to = from + 2; to < least.length; to++) {
      if ((least[from] - least[to]) / (to - from) > (least[from] - least[best]) / (best - from)) {
        best = to;
      }
    }
    return best;
  }

  /** The least error of one row of boxes, by how many have a second level; choices in Gray code, one box at a time. */
  private static double[] least(double[][] gram) {
    int wide = gram.length - 1;
    double[] least = new double[wide + 1];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    double[] rows = new double[wide + 1];
    double error = 0;
    for (int i = 0; i <= wide; i++) {
      for (int j = 0; j <= wide; j++) {
        rows[i] += gram[i][j];
      }
      error += rows[i];
    }
    boolean[] flags = new boolean[wide + 1];
    int count = 0;
    least[0] = error;
    for (int choice = 1; choice < 1 << wide; choice++) {
      int box = Integer.numberOfTrailingZeros(choice) + 1;
      double sign = flags[box] ? 1 : -1;
      error += sign * 2 * rows[box] + gram[box][box];
      for (int i = 0; i <= wide; i++) {
        rows[i] += sign * gram[i][box];
      }
      flags[box] = !flags[box];
      count += flags[box] ? 1 : -1;
      least[count] = Math.min(least[count], error);
    }
    for (int i = 1; i <= wide; i++) {
      least[i] = Math.min(least[i], least[i - 1]);
    }
    return least;
  }
}
