package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.sparsity.UnbiasedEstimator.Outcome;

class UnbiasedEstimatorTest {
  /** Groups in which elements may be equal, zero, or far apart, so that all cases of the exact estimator come up. */
  @Provide
  Arbitrary<double[]> groups() {
    Arbitrary<Double> small = Arbitraries.integers().between(-3, 3).map(Integer::doubleValue);
    Arbitrary<Double> any = Arbitraries.doubles().between(-10, 10).ofScale(6);
    Arbitrary<Double> far = Arbitraries.integers().between(-40, 20).map(power -> Math.scalb(1.0, power));
    return Arbitraries.oneOf(small, any, far).array(double[].class).ofSize(4);
  }

  private static double[] group(UnbiasedEstimator estimator, double[] four) {
    return Arrays.copyOf(four, estimator.size());
  }

  @Property(tries = 2000)
  void theMeanIsTheGroup(@ForAll UnbiasedEstimator estimator, @ForAll("groups") double[] four) {
    double[] group = group(estimator, four);
    double[] mean = new double[group.length];
    double all = 0;
    for (Outcome outcome : estimator.outcomes(group)) {
      assertTrue(outcome.probability() >= 0, "probability " + outcome.probability());
      assertTrue(Arrays.stream(outcome.values()).filter(x -> x != 0).count() <= group.length / 2);
      all += outcome.probability();
      for (int i = 0; i < mean.length; i++) {
        mean[i] += outcome.probability() * outcome.values()[i];
      }
    }
    double sum = Arrays.stream(group).map(Math::abs).sum();
    assertEquals(1, all, 1e-12);
    assertArrayEquals(group, mean, 1e-12 * sum);
  }

  private static double variance(UnbiasedEstimator estimator, double[] group) {
    double variance = 0;
    for (Outcome outcome : estimator.outcomes(group)) {
      for (int i = 0; i < group.length; i++) {
        variance += outcome.probability() * Math.pow(outcome.values()[i] - group[i], 2);
      }
    }
    return variance;
  }

  /** The least variance of any unbiased estimator: sum of a^2 / p - a^2 with p = min(1, a / s) and sum of p = 2. */
  private static double leastVariance(double[] group) {
    double[] a = Arrays.stream(group).map(Math::abs).sorted().toArray();
    double rest = a[0] + a[1] + a[2];
    double variance = 0;
    for (int i = 0; i < 4; i++) {
      double stands = a[3] >= rest ? (i == 3 ? a[3] : rest) : (rest + a[3]) / 2;
      variance += a[i] * stands - a[i] * a[i];
    }
    return variance;
  }

  @Property(tries = 1000)
  void theExactOneHasTheLeastVariance(@ForAll("groups") double[] group) {
    double least = leastVariance(group);
    double scale = Arrays.stream(group).map(x -> x * x).sum();
    assertEquals(least, variance(UnbiasedEstimator.EXACT_TWO_OF_FOUR, group), 1e-12 * scale);
    assertTrue(variance(UnbiasedEstimator.APPROXIMATE_TWO_OF_FOUR, group) >= least - 1e-12 * scale);
  }

  /** The approximate one loses some percent on normal numbers. */
  @Example
  void theApproximateOneIsClose() {
    Random random = new Random(1);
    double exact = 0;
    double approximate = 0;
    for (int i = 0; i < 20_000; i++) {
      double[] group = random.doubles(4).map(u -> random.nextGaussian()).toArray();
      exact += variance(UnbiasedEstimator.EXACT_TWO_OF_FOUR, group);
      approximate += variance(UnbiasedEstimator.APPROXIMATE_TWO_OF_FOUR, group);
    }
    assertEquals(1.06, approximate / exact, 0.02);
  }

  /** One group of each case, by hand. */
  @Example
  void theThreeCases() {
    assertProbabilities(new double[] {1, 1, 1, 1}, 0.25, 0.25, 0.25, 0.25, 0);
    assertProbabilities(new double[] {1, 2, 3, 5}, 0, 2 / 11.0, 1 / 11.0, 3 / 11.0, 5 / 11.0);
    assertProbabilities(new double[] {1, 2, -3, 8}, 1 / 6.0, 2 / 6.0, 3 / 6.0);
    assertArrayEquals(
        new double[] {0, 0, -6, 8}, UnbiasedEstimator.EXACT_TWO_OF_FOUR.outcomes(new double[] {1, 2, -3, 8}).get(2)
            .values());
  }

  private static void assertProbabilities(double[] group, double... expected) {
    assertArrayEquals(
        expected, UnbiasedEstimator.EXACT_TWO_OF_FOUR.outcomes(group).stream().mapToDouble(Outcome::probability)
            .toArray(), 1e-15);
  }

  /** Draws at even steps fall into outcomes by their probabilities. */
  @Property(tries = 50)
  void drawsFollowTheProbabilities(@ForAll UnbiasedEstimator estimator, @ForAll("groups") double[] four) {
    double[] group = group(estimator, four);
    var outcomes = estimator.outcomes(group);
    int steps = 4096;
    for (Outcome outcome : outcomes) {
      double wanted = outcomes.stream().filter(other -> Arrays.equals(other.values(), outcome.values()))
          .mapToDouble(Outcome::probability).sum();
      long drawn = 0;
      for (int i = 0; i < steps; i++) {
        drawn += Arrays.equals(UnbiasedEstimator.draw(outcomes, (i + 0.5) / steps), outcome.values()) ? 1 : 0;
      }
      assertEquals(wanted, (double) drawn / steps, 6.0 / steps);
    }
  }

  @Example
  void whatIsDrawnFollowsFromTheSeed() {
    double[] elements = new Random(2).doubles(400, -1, 1).toArray();
    UnbiasedEstimator estimator = UnbiasedEstimator.APPROXIMATE_TWO_OF_FOUR;
    assertArrayEquals(estimator.prune(elements, 7, 0), estimator.prune(elements, 7, 0));
    assertTrue(!Arrays.equals(estimator.prune(elements, 7, 0), estimator.prune(elements, 7, 1)));
    double[] mean = new double[elements.length];
    for (int seed = 0; seed < 400; seed++) {
      double[] pruned = estimator.prune(elements, seed, 0);
      Arrays.setAll(mean, i -> mean[i] + pruned[i] / 400);
    }
    double error = 0;
    for (int i = 0; i < mean.length; i++) {
      error += Math.pow(mean[i] - elements[i], 2);
    }
    // The mean of 400 draws is off by a twentieth of what one is.
    double one = 0;
    for (int first = 0; first < elements.length; first += 4) {
      one += variance(estimator, Arrays.copyOfRange(elements, first, first + 4));
    }
    assertEquals(1, error * 400 / one, 0.35);
  }

  @Example
  void aGroupThatIsNoNumberKeepsItsLargest() {
    double[] group = {1, Double.NaN, 3, Double.POSITIVE_INFINITY};
    assertArrayEquals(
        new double[] {0, Double.NaN, 0, Double.POSITIVE_INFINITY},
        UnbiasedEstimator.EXACT_TWO_OF_FOUR.outcomes(group).getFirst().values());
    assertThrows(
        IllegalArgumentException.class, () -> UnbiasedEstimator.ONE_OF_TWO.outcomes(new double[4]));
  }
}
