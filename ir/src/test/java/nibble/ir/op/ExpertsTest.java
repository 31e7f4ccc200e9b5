package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** What holds of experts with a ReLU router: a mixture of feed-forward layers of two products. */
class ExpertsTest {
  private static final int TOKENS = 13;
  private static final int EXPERTS = 4;
  private static final int WIDTH = 6;
  private static final int HIDDEN = 10;

  private final Random random = new Random(5);
  private final double[] x = numbers(TOKENS * WIDTH);
  private final double[] up = numbers(EXPERTS * WIDTH * HIDDEN);
  private final double[] down = numbers(EXPERTS * HIDDEN * WIDTH);
  /** Logits behind a ReLU, of which half are negative. */
  private final double[] gates = Arrays.stream(numbers(TOKENS * EXPERTS)).map(logit -> Math.max(0, logit)).toArray();

  private double[] numbers(int count) {
    return random.doubles(count, -1, 1).map(number -> Formats.F16.round(number)).toArray();
  }

  private static Tensor tensor(double[] elements, long... extents) {
    return Tensor.of(TensorType.of(Shape.of(extents), Formats.F32), elements);
  }

  private static Tensor eval(TensorOp op, Tensor... operands) {
    TensorType type = op.infer(Arrays.stream(operands).map(Tensor::type).toList());
    return op.eval(List.of(operands), type);
  }

  private static Tensor mixture(double[] x, double[] gates, double[] up, double[] down) {
    int tokens = x.length / WIDTH;
    int experts = gates.length / tokens;
    GroupedMatMul product = new GroupedMatMul(false, Formats.F32);
    Tensor routed = tensor(gates, tokens, experts);
    Tensor table = eval(new Members(), routed);
    Tensor hidden = eval(new Relu(), eval(
        product, tensor(x, tokens, WIDTH), tensor(up, experts, WIDTH, HIDDEN), table));
    return eval(new GatedSum(), eval(product, hidden, tensor(down, experts, HIDDEN, WIDTH), table), routed);
  }

  /** {@code y = sum_e R_e(x) FFN_e(x)} over all experts, whether they have anything to say or not. */
  private double[] dense() {
    double[] y = new double[TOKENS * WIDTH];
    for (int token = 0; token < TOKENS; token++) {
      for (int expert = 0; expert < EXPERTS; expert++) {
        for (int h = 0; h < HIDDEN; h++) {
          double hidden = 0;
          for (int i = 0; i < WIDTH; i++) {
            hidden += x[token * WIDTH + i] * up[(expert * WIDTH + i) * HIDDEN + h];
          }
          for (int i = 0; i < WIDTH; i++) {
            y[token * WIDTH + i] += gates[token * EXPERTS + expert] * Math.max(0, hidden)
                * down[(expert * HIDDEN + h) * WIDTH + i];
          }
        }
      }
    }
    return y;
  }

  @Test
  void skippedExpertsLoseNothing() {
    assertArrayEquals(dense(), mixture(x, gates, up, down).elements(), 1e-12);
  }

  /** Not even where it is not a number. */
  @Test
  void whatNobodyIsRoutedToHasNoPart() {
    double[] others = gates.clone();
    IntStream.range(0, TOKENS).forEach(token -> others[token * EXPERTS + 2] = 0);
    double[] expected = mixture(x, others, up, down).elements();
    double[] broken = down.clone();
    Arrays.fill(broken, 2 * HIDDEN * WIDTH, 3 * HIDDEN * WIDTH, Double.NaN);
    double[] brokenUp = up.clone();
    Arrays.fill(brokenUp, 2 * WIDTH * HIDDEN, 3 * WIDTH * HIDDEN, Double.POSITIVE_INFINITY);
    assertArrayEquals(expected, mixture(x, others, brokenUp, broken).elements());
  }

  @Test
  void noExpertIsZero() {
    assertArrayEquals(new double[TOKENS * WIDTH], mixture(x, new double[gates.length], up, down).elements());
  }

  @Test
  void orderOfTokens() {
    double[] expected = mixture(x, gates, up, down).elements();
    int[] order = IntStream.range(0, TOKENS).map(token -> token * 5 % TOKENS).toArray();
    double[] actual = mixture(permuted(x, order, WIDTH), permuted(gates, order, EXPERTS), up, down).elements();
    assertArrayEquals(permuted(expected, order, WIDTH), actual);
  }

  /** But for the order of a sum. */
  @Test
  void orderOfExperts() {
    int[] order = {2, 0, 3, 1};
    double[] turned = new double[gates.length];
    Arrays.setAll(turned, i -> gates[i / EXPERTS * EXPERTS + order[i % EXPERTS]]);
    Tensor actual = mixture(
        x, turned, permuted(up, order, WIDTH * HIDDEN), permuted(down, order, HIDDEN * WIDTH));
    assertArrayEquals(mixture(x, gates, up, down).elements(), actual.elements(), 1e-12);
  }

  private static double[] permuted(double[] rows, int[] order, int width) {
    double[] permuted = new double[rows.length];
    Arrays.setAll(permuted, i -> rows[order[i / width] * width + i % width]);
    return permuted;
  }

  @Test
  void tableOfMembers() {
    Tensor table = eval(new Members(), tensor(new double[] {1, 0, 0, Double.NaN, 0.5, -1, 2, 1e-30}, 4, 2));
    assertArrayEquals(new double[] {3, 0, 2, 3, 1, 1, 3, 0, 1, 2}, table.elements());
    assertEquals("tensor<[2,5] x i32>", table.type().toString());
  }

  @Test
  void refusesTablesThatAreNone() {
    NumberFormat i32 = Formats.I32;
    GroupedMatMul op = new GroupedMatMul(false, Formats.F32);
    Tensor tokens = tensor(new double[4], 2, 2);
    Tensor weight = tensor(new double[4], 1, 2, 2);
    for (double[] table : List.of(new double[] {1, 0, 0}, new double[] {1, 0, 2}, new double[] {3, 0, 1})) {
      Tensor members = Tensor.of(TensorType.of(Shape.of(1, 3), i32), table);
      InputException refused = assertThrows(InputException.class, () -> eval(op, tokens, weight, members));
      assertTrue(refused.getMessage().contains("expert 0"), refused.getMessage());
    }
  }
}
