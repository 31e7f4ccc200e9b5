package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention.Causal;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Properties of low-bit and sparse attention that other tests do not have, by the numbers of {@code docs/attention-tests.md}. */
class AttentionSuiteTest {
  private static final int DEPTH = 4;

  /**
   * X3, T7: row r is {@code r + 1} times a unit vector, so a scale tells the last row of those that share it. Of threads,
   * 32 queries have eight scales, one for each remainder of 8, and 64 keys four, one for two neighbours of each 8 keys.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 127, 128, 129, 1000})
  void x3ScalesOfRows(int count) {
    TensorType plain = TensorType.of(Shape.of(count, DEPTH), Formats.F32);
    Tensor rows = Tensor.generate(plain, i -> i % DEPTH == 0 ? i / DEPTH + 1 : 0);
    for (AttentionScheme scheme : List.of(AttentionScheme.SAGE1, AttentionScheme.SAGE2)) {
      AttentionCodes codes = new AttentionCodes(scheme.lowBit());
      boolean areBlocks = scheme == AttentionScheme.SAGE1;
      for (boolean areQueries : new boolean[] {true, false}) {
        TensorType type = areQueries ? codes.queries(plain) : codes.keys(plain);
        double[] scales = new Quantize(FixedRounding.NEAREST_AWAY, type).eval(List.of(rows), type).scales();
        int[] of = IntStream.range(0, count).map(row -> areQueries
            ? areBlocks ? row / 128 : row / 32 * 8 + row % 8
            : areBlocks ? row / 64 : row / 64 * 4 + row % 8 / 2).toArray();
        for (int row = 0; row < count; row++) {
          int group = of[row];
          int last = IntStream.range(0, count).filter(other -> of[other] == group).max().orElseThrow();
          assertEquals((last + 1) / 127.0, scales[group], 1e-6 * (last + 1), scheme + ", row " + row);
        }
      }
    }
  }

  /** X6: scores that are off by at most e move results by at most (exp(2e) - 1) times the largest value. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.5, 3})
  void x6ResultsOfScoresThatAreOff(double off) {
    int keys = 100;
    Random random = new Random(6);
    double[] scores = random.doubles(keys, -8, 8).toArray();
    double[] values = random.doubles(keys, -2, 2).toArray();
    double[] exact = AttentionRows.softmax(scores);
    double[] other = AttentionRows.softmax(
        Arrays.stream(scores).map(score -> score + off * (random.nextBoolean() ? 1 : -1)).toArray());
    double moved = Math.abs(IntStream.range(0, keys).mapToDouble(key -> (other[key] - exact[key]) * values[key]).sum());
    double bound = Math.expm1(2 * off) * Arrays.stream(values).map(Math::abs).max().orElseThrow();
    assertTrue(moved <= bound + 1e-14, moved + " > " + bound);
    assertEquals(off > 0, moved > 1e-6 * bound);
  }

  /** X7: a logarithm of the sum is what it is without what a scheme adds to exponents. */
  @ParameterizedTest
  @EnumSource(AttentionScheme.class)
  void x7LogarithmsOfWeights(AttentionScheme scheme) {
    LowBitWeights weights = new LowBitWeights(scheme.lowBit());
    double[] scores = new Random(7).doubles(200, -6, 6).toArray();
    double largest = Arrays.stream(scores).max().orElseThrow();
    double sum = Arrays.stream(scores).map(score -> weights.weight(largest - score)).sum();
    double plain = Arrays.stream(scores).map(Math::exp).sum();
    assertEquals(Math.log(plain), Math.log(sum) + largest - scheme.lowBit().offset() * Math.log(2), 1e-12);
  }

  /** X11, T16: groups of E2M1 numbers times a scale of E4M3 are what they are, of each scale and each number. */
  @Test
  void x11ExactNumbersOfFourBits() {
    double[] numbers = {0, .5, 1, 1.5, 2, 3, 4, 6, -.5, -1, -1.5, -2, -3, -4, -6, 0};
    for (int code = 1; code <= 0x7e; code++) {
      double scale = Formats.E4M3.decode(code);
      double[] group = Arrays.stream(numbers).map(number -> number * scale).toArray();
      assertArrayEquals(group, LowBitCodes.nvfp4(group, 16, (row, column) -> 0, 1).values(), "scale " + scale);
    }
    double[] zeros = new double[16];
    assertArrayEquals(zeros, LowBitCodes.nvfp4(zeros, 16, (row, column) -> 0, 1).values());
  }

  /** X15: the logarithm of a sum of nothing is negative infinity, and that of something is a number. */
  @Test
  void x15LogarithmsOfNothing() {
    Attention op = Attention.of(0.5, Formats.F32).withBlocks(16, 16);
    Tensor selected = Tensor.generate(TensorType.of(Shape.of(3, 2), Formats.BOOL), i -> i == 2 ? 1 : 0);
    AttentionLse lse = AttentionLse.of(op);
    List<Tensor> operands = List.of(random(48, 1), random(20, 2), selected);
    double[] logarithms = lse.eval(operands, lse.infer(operands.stream().map(Tensor::type).toList())).elements();
    for (int row = 0; row < 48; row++) {
      assertEquals(row / 16 != 1, logarithms[row] == Double.NEGATIVE_INFINITY);
      assertTrue(!Double.isNaN(logarithms[row]));
    }
  }

  /** X16: at each number of queries up to 300, with other numbers of keys, causality is what its formula says. */
  @Test
  void x16CausalityOfEachLength() {
    for (int queries = 1; queries <= 300; queries++) {
      int keys = queries * 7 % 97 + 1;
      Tensor q = random(queries, 1);
      Tensor k = random(keys, 2);
      Tensor v = random(keys, 3);
      for (Causal causal : List.of(Causal.TOP_LEFT, Causal.BOTTOM_RIGHT)) {
        Attention op = new Attention(
            0.5, causal, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Formats.F32);
        double[] actual = op.eval(List.of(q, k, v), TensorType.of(Shape.of(queries, DEPTH), Formats.F32)).elements();
        int more = causal == Causal.TOP_LEFT ? 0 : keys - queries;
        for (int query = 0; query < queries; query += 1 + queries / 9) {
          double[] expected = visible(q, k, v, query, Math.clamp(query + more + 1, 0, keys));
          assertArrayEquals(expected, Arrays.copyOfRange(actual, query * DEPTH, (query + 1) * DEPTH), 1e-12);
        }
      }
    }
  }

  /** Of one query and the first keys; zeros of none. */
  private static double[] visible(Tensor q, Tensor k, Tensor v, int query, int keys) {
    double[] result = new double[DEPTH];
    double sum = 0;
    for (int key = 0; key < keys; key++) {
      double score = 0;
      for (int i = 0; i < DEPTH; i++) {
        score += q.elements()[query * DEPTH + i] * k.elements()[key * DEPTH + i] / 2;
      }
      sum += Math.exp(score);
      for (int i = 0; i < DEPTH; i++) {
        result[i] += Math.exp(score) * v.elements()[key * DEPTH + i];
      }
    }
    double divisor = sum == 0 ? 1 : sum;
    return Arrays.stream(result).map(element -> element / divisor).toArray();
  }

  private static Tensor random(int rows, int seed) {
    Random random = new Random(seed);
    return Tensor.inOrder(TensorType.of(Shape.of(rows, DEPTH), Formats.F32), i -> random.nextGaussian());
  }
}
