package nibble.ir.sparsity;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import nibble.ir.format.Philox;

/**
 * Random pruning of groups whose mean is the dense group, for gradients ("Minimum Variance Unbiased N:M Sparsity for
 * the Neural Gradients"). What is drawn for a group follows from the seed, the stream and its index alone.
 *
 * <p>A group that has an infinity or a NaN has no mean; its largest magnitudes are kept as they are.
 */
public enum UnbiasedEstimator {
  /** 2:4 of the least variance that an unbiased estimator can have. */
  EXACT_TWO_OF_FOUR(4) {
    @Override
    ImmutableList<Outcome> ofNumbers(double[] group) {
      return exact(group);
    }
  },
  /**
   * 2:4 by two draws without replacement, each by magnitude: simple in a kernel, with a variance of some percent more.
   * As in kernels for training, 2^-23 is added to magnitudes, so that no probability is 0.
   */
  APPROXIMATE_TWO_OF_FOUR(4) {
    @Override
    ImmutableList<Outcome> ofNumbers(double[] group) {
      return approximate(group);
    }
  },
  /** 1:2 of the least variance. */
  ONE_OF_TWO(2) {
    @Override
    ImmutableList<Outcome> ofNumbers(double[] group) {
      double sum = Math.abs(group[0]) + Math.abs(group[1]);
      return sum == 0
          ? ImmutableList.of(new Outcome(1, new double[2]))
          : ImmutableList.of(
              keeping(Math.abs(group[0]) / sum, group, 0, sum, 0, sum),
              keeping(Math.abs(group[1]) / sum, group, 1, sum, 1, sum));
    }
  };

  /** Random words of this level are those of draws, neither of rounding nor of signs. */
  private static final int DRAWS = 3;

  private static final double LEAST_MAGNITUDE = 0x1p-23;

  private final int size;

  UnbiasedEstimator(int size) {
    this.size = size;
  }

  /**
   * What a group may become.
   *
   * @param probability of it
   * @param values of the group; half of them are zero
   */
  public record Outcome(double probability, double[] values) {}

  /** Elements of a group. */
  public int size() {
    return size;
  }

  /** All that a group may become; the probabilities add up to 1, and the mean is the group. */
  public ImmutableList<Outcome> outcomes(double[] group) {
    if (group.length != size) {
      throw new IllegalArgumentException("a group has " + size + " elements, not " + group.length);
    }
    if (Arrays.stream(group).allMatch(Double::isFinite)) {
      return ofNumbers(group);
    }
    Integer[] order = ascending(group);
    double[] kept = group.clone();
    for (int i = 0; i < size / 2; i++) {
      kept[order[i]] = 0;
    }
    return ImmutableList.of(new Outcome(1, kept));
  }

  abstract ImmutableList<Outcome> ofNumbers(double[] group);

  /** Elements with every group replaced by one that is drawn for it. */
  public double[] prune(double[] elements, long seed, long stream) {
    double[] pruned = new double[elements.length];
    for (int first = 0; first < elements.length; first += size) {
      double uniform = (Philox.word(seed, stream, first / size, DRAWS) & 0xFFFF_FFFFL) * 0x1p-32;
      double[] drawn = draw(outcomes(Arrays.copyOfRange(elements, first, first + size)), uniform);
      System.arraycopy(drawn, 0, pruned, first, size);
    }
    return pruned;
  }

  /** The outcome that a number from 0 to 1 falls into, when they lie one after another. */
  static double[] draw(ImmutableList<Outcome> outcomes, double uniform) {
    double below = 0;
    Outcome drawn = outcomes.getFirst();
    for (Outcome outcome : outcomes) {
      if (outcome.probability > 0) {
        drawn = outcome;
        below += outcome.probability;
        if (uniform < below) {
          break;
        }
      }
    }
    return drawn.values;
  }

  private static Integer[] ascending(double[] group) {
    return IntStream.range(0, group.length).boxed()
        .sorted(Comparator.comparingDouble(i -> Math.abs(group[i]))).toArray(Integer[]::new);
  }

  /** The outcome that keeps two elements, with those magnitudes and their signs. */
  private static Outcome keeping(
      double probability, double[] group, int one, double oneMagnitude, int other, double otherMagnitude) {
    double[] values = new double[group.length];
    values[one] = Math.copySign(oneMagnitude, group[one]);
    values[other] = Math.copySign(otherMagnitude, group[other]);
    return new Outcome(probability, values);
  }

  /**
   * Magnitudes {@code a <= b <= c <= d} of sum S. Elements are kept in proportion to their magnitudes, and stand for
   * S / 2 then; where d is half of the sum or more, it is kept always, and of the others one, which stands for their
   * sum.
   */
  private static ImmutableList<Outcome> exact(double[] group) {
    Integer[] at = ascending(group);
    double a = Math.abs(group[at[0]]);
    double b = Math.abs(group[at[1]]);
    double c = Math.abs(group[at[2]]);
    double d = Math.abs(group[at[3]]);
    double rest = a + b + c;
    if (rest == 0) {
      return ImmutableList.of(keeping(1, group, at[3], d, at[3], d));
    }
    if (rest <= d) {
      return ImmutableList.of(
          keeping(a / rest, group, at[0], rest, at[3], d),
          keeping(b / rest, group, at[1], rest, at[3], d),
          keeping(c / rest, group, at[2], rest, at[3], d));
    }
    double sum = rest + d;
    // Written so that nothing is less than 0 by rounding.
    double both = 2 * a + (c - d);
    boolean hasAllPairs = both > 0;
    return ImmutableList.of(
        keeping(hasAllPairs ? both / 2 / sum : 0, group, at[0], sum / 2, at[2], sum / 2),
        keeping((hasAllPairs ? a + (d - c) / 2 : 2 * a) / sum, group, at[0], sum / 2, at[3], sum / 2),
        keeping((hasAllPairs ? b + (c - d) / 2 : rest - d) / sum, group, at[1], sum / 2, at[2], sum / 2),
        keeping((hasAllPairs ? b + (d - c) / 2 : b - a + (d - c)) / sum, group, at[1], sum / 2, at[3], sum / 2),
        keeping((c + d - (a + b)) / sum, group, at[2], sum / 2, at[3], sum / 2));
  }

  private static ImmutableList<Outcome> approximate(double[] group) {
    double[] magnitudes = Arrays.stream(group).map(x -> Math.abs(x) + LEAST_MAGNITUDE).toArray();
    double sum = Arrays.stream(magnitudes).sum();
    double[] share = new double[group.length];
    double[] pairs = new double[group.length];
    double[] kept = new double[group.length];
    for (int i = 0; i < group.length; i++) {
      int at = i;
      share[i] = magnitudes[i] / sum;
      // Not the sum less the magnitude, which may have lost all of the others.
      pairs[i] = share[i] / IntStream.range(0, group.length).filter(j -> j != at).mapToDouble(j -> magnitudes[j]).sum();
    }
    for (int i = 0; i < group.length; i++) {
      int at = i;
      // Drawn first, or second after any other.
      kept[i] = share[i] + magnitudes[i] * IntStream.range(0, group.length).filter(j -> j != at)
          .mapToDouble(j -> pairs[j]).sum();
    }
    ImmutableList.Builder<Outcome> outcomes = ImmutableList.builder();
    for (int i = 0; i < group.length; i++) {
      for (int j = i + 1; j < group.length; j++) {
        outcomes.add(keeping(
            pairs[i] * magnitudes[j] + pairs[j] * magnitudes[i], group, i, Math.abs(group[i]) / kept[i], j,
            Math.abs(group[j]) / kept[j]));
      }
    }
    return outcomes.build();
  }
}
