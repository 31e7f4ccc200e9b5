package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention.Causal;
import nibble.ir.op.AttentionScheme.Sharing;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of attention and its codes for every operand: identities, and bounds that follow from roundings alone. */
class AttentionLawsTest {
  private static final int DEPTH = 64;
  private static final int QUERIES = 256;
  private static final int KEYS = 128;

  private static double[] normal(int rows, double outliers, int seed) {
    Random random = new Random(seed);
    return IntStream.range(0, rows * DEPTH)
        .mapToDouble(i -> random.nextGaussian() * (random.nextInt(50) == 0 ? outliers : 1)).toArray();
  }

  private static Tensor tensor(double[] elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length / DEPTH, DEPTH), Formats.F16), elements).rounded();
  }

  private static double[] eval(Optional<AttentionScheme> scheme, Tensor... operands) {
    Attention op = new Attention(
        1 / Math.sqrt(DEPTH), Causal.NONE, Optional.empty(), Optional.empty(), scheme, Optional.empty(), Formats.F32);
    List<Tensor> all = List.of(operands);
    return op.eval(all, op.infer(all.stream().map(Tensor::type).toList())).elements();
  }

  private static double[] row(double[] rows, int row) {
    return Arrays.copyOfRange(rows, row * DEPTH, (row + 1) * DEPTH);
  }

  private static double product(double[] left, double[] right) {
    return IntStream.range(0, left.length).mapToDouble(i -> left[i] * right[i]).sum();
  }

  private static double magnitude(double[] x) {
    return DoubleStream.of(x).map(Math::abs).sum();
  }

  private static double[] codes(double[] rows, Sharing sharing, boolean areQueries, double limit) {
    int[] group = IntStream.range(0, rows.length / DEPTH)
        .map(row -> areQueries ? sharing.ofQuery(row) : sharing.ofKey(row)).toArray();
    int groups = 1 + Arrays.stream(group).max().orElseThrow();
    return LowBitCodes.integers(rows, DEPTH, (row, column) -> group[row], groups, limit, sharing == Sharing.THREAD)
        .values();
  }

  /** Scales of rows, found as the largest step between codes would be: {@code amax / limit} and what guards it. */
  private static double scale(double[] rows, Sharing sharing, boolean areQueries, int row, double limit) {
    int of = areQueries ? sharing.ofQuery(row) : sharing.ofKey(row);
    double amax = IntStream.range(0, rows.length / DEPTH)
        .filter(other -> of == (areQueries ? sharing.ofQuery(other) : sharing.ofKey(other)))
        .mapToDouble(other -> DoubleStream.of(row(rows, other)).map(Math::abs).max().orElseThrow()).max().orElseThrow();
    return amax / limit + 1e-7;
  }

  /** {@code |S' - S| <= s_k |q| / 2 + s_q |k| / 2 + D s_q s_k / 4} for each pair, whatever shares scales. */
  @ParameterizedTest
  @EnumSource(value = Sharing.class, names = {"BLOCK", "THREAD"})
  void scoresOfCodesAreNearScores(Sharing sharing) {
    for (double limit : new double[] {127, 7}) {
      double[] queries = normal(QUERIES, 20, 1);
      double[] keys = normal(KEYS, 5, 2);
      double[] queryCodes = codes(queries, sharing, true, limit);
      double[] keyCodes = codes(keys, sharing, false, limit);
      double[] keyScales =
          IntStream.range(0, KEYS).mapToDouble(key -> scale(keys, sharing, false, key, limit)).toArray();
      double closest = 0;
      for (int query = 0; query < QUERIES; query += 3) {
        double queryScale = scale(queries, sharing, true, query, limit);
        for (int key = 0; key < KEYS; key++) {
          double error = Math.abs(
              product(row(queryCodes, query), row(keyCodes, key)) - product(row(queries, query), row(keys, key)));
          double bound = keyScales[key] * magnitude(row(queries, query)) / 2
              + queryScale * magnitude(row(keys, key)) / 2 + DEPTH * queryScale * keyScales[key] / 4;
          assertTrue(error <= bound * (1 + 1e-6), error + " > " + bound);
          closest = Math.max(closest, error / bound);
        }
      }
      assertTrue(closest > 0.1, "the bound says something: " + closest);
    }
  }

  /** The same where all roundings go one way, and as far as they can: nearly all of the bound is needed. */
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.49, 0.51, 0.9})
  void roundingsThatAddUp(double beyond) {
    double[] query = IntStream.range(0, DEPTH).mapToDouble(i -> i == 0 ? 127 : i % 40 + beyond).toArray();
    double[] key = DoubleStream.generate(() -> 1).limit(DEPTH).toArray();
    double error = Math.abs(product(codes(query, Sharing.BLOCK, true, 127), codes(key, Sharing.BLOCK, false, 127))
        - product(query, key));
    double bound = magnitude(query) / 127 / 2 + magnitude(key) / 2 + DEPTH / 127.0 / 4;
    assertTrue(error <= bound * (1 + 1e-6), error + " > " + bound);
    assertTrue(error >= 1.5 * Math.min(beyond, 1 - beyond) * bound, error + " of " + bound);
  }

  /** Queries less a mean, and that mean's products with keys, give the scores. */
  @Test
  void meansOfQueriesComeBack() {
    double[] queries = normal(QUERIES, 20, 3);
    double[] keys = normal(KEYS, 5, 4);
    double[] mean = IntStream.range(0, DEPTH)
        .mapToDouble(i -> IntStream.range(0, QUERIES).mapToDouble(row -> queries[row * DEPTH + i]).sum() / QUERIES)
        .toArray();
    for (int query = 0; query < QUERIES; query++) {
      double[] q = row(queries, query);
      double[] less = IntStream.range(0, DEPTH).mapToDouble(i -> q[i] - mean[i]).toArray();
      for (int key = 0; key < KEYS; key++) {
        double[] k = row(keys, key);
        assertEquals(product(q, k), product(less, k) + product(mean, k), 1e-12 * magnitude(q) * magnitude(k));
      }
    }
  }

  /** Scores that are off by at most e have weights of a factor between exp(-2e) and exp(2e). */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.5, 3})
  void weightsOfScoresThatAreOff(double off) {
    Random random = new Random(5);
    double[] scores = IntStream.range(0, KEYS).mapToDouble(i -> 4 * random.nextGaussian()).toArray();
    double[] others = DoubleStream.of(scores).map(score -> score + off * (2 * random.nextDouble() - 1)).toArray();
    double[] weights = AttentionRows.softmax(scores);
    double[] actual = AttentionRows.softmax(others);
    for (int i = 0; i < KEYS; i++) {
      double ratio = Math.log(actual[i] / weights[i]);
      assertTrue(Math.abs(ratio) <= 2 * off + 1e-12, "a factor of e to the " + ratio);
    }
  }

  /** What is added to exponents cancels: weights by their sum are what they are with nothing added. */
  @ParameterizedTest
  @EnumSource(AttentionScheme.class)
  void offsetsOfExponentsCancel(AttentionScheme scheme) {
    LowBitWeights weights = new LowBitWeights(scheme.lowBit());
    double[] distances = {0, 0.3, 1, 2.5, 7};
    double sum = DoubleStream.of(distances).map(weights::weight).sum();
    double exact = DoubleStream.of(distances).map(distance -> Math.exp(-distance)).sum();
    for (double distance : distances) {
      assertEquals(Math.exp(-distance) / exact, weights.weight(distance) / sum, 1e-14);
    }
  }

  /** E4M3 codes of weights are off by a sixteenth of them, or half of the least code; the largest is not clipped. */
  @Test
  void weightsOfEightBits() {
    LowBitWeights weights = new LowBitWeights(AttentionScheme.SAGE2.lowBit());
    double[] exact = IntStream.range(0, 4000).mapToDouble(i -> weights.weight(i / 200.0)).toArray();
    double[] codes = weights.codes(exact);
    assertTrue(exact[0] <= 448 && exact[0] > 447);
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], codes[i], Math.max(exact[i] / 16, 0x1p-10));
    }
    double[] published = DoubleStream.of(3, 1.5, 0, -2, -6, -12).map(z -> Math.pow(2, z - 3 + 8.807)).toArray();
    assertArrayEquals(new double[] {448, 160, 56, 14, 0.875, 0.013671875}, weights.codes(published));
    double total = DoubleStream.of(published).sum();
    assertEquals(677.114, total, 1e-3);
    assertEquals(3.596254, Math.log(total) / Math.log(2) + 3 - 8.807, 1e-5);
  }

  /** Keys in another order, with their values, give the same; of codes, blocks of queries may change places. */
  @Test
  void ordersOfKeysAndQueries() {
    double[] keys = normal(KEYS, 5, 6);
    double[] values = normal(KEYS, 1, 7);
    double[] queries = normal(QUERIES, 5, 8);
    int[] order = IntStream.range(0, KEYS).map(i -> (i * 37 + 11) % KEYS).toArray();
    double[] before = eval(Optional.empty(), tensor(queries), tensor(keys), tensor(values));
    double[] after =
        eval(Optional.empty(), tensor(queries), tensor(ordered(keys, order)), tensor(ordered(values, order)));
    assertArrayEquals(before, after, 1e-12);
    int[] blocks = IntStream.range(0, QUERIES).map(i -> (i + 128) % QUERIES).toArray();
    for (AttentionScheme scheme : AttentionScheme.values()) {
      double[] straight = eval(Optional.of(scheme), tensor(queries), tensor(keys), tensor(values));
      double[] turned = eval(Optional.of(scheme), tensor(ordered(queries, blocks)), tensor(keys), tensor(values));
      assertArrayEquals(ordered(straight, blocks), turned, scheme.toString());
    }
  }

  private static double[] ordered(double[] rows, int[] order) {
    return IntStream.of(order).boxed().flatMapToDouble(row -> DoubleStream.of(row(rows, row))).toArray();
  }

  /** Two runs of one scheme are the same, bit for bit. */
  @ParameterizedTest
  @EnumSource(AttentionScheme.class)
  void runsAreAlike(AttentionScheme scheme) {
    Tensor queries = tensor(normal(QUERIES, 5, 9));
    Tensor keys = tensor(normal(KEYS, 5, 10));
    Tensor values = tensor(normal(KEYS, 1, 11));
    assertArrayEquals(
        eval(Optional.of(scheme), queries, keys, values), eval(Optional.of(scheme), queries, keys, values));
  }
}
