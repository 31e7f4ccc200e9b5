package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** SLA and SLA2: their linear parts, and their parts together. */
class SlaTest {
  private static final int COUNT = 150;
  private static final int DEPTH = 8;
  private static final Attention OP = Attention.of(0.35, Formats.F32);

  private static List<Tensor> operands() {
    return List.of(
        Evaluated.random(1, 2, COUNT, DEPTH), Evaluated.random(2, 2, COUNT, DEPTH), Evaluated.random(3, 2, COUNT, DEPTH));
  }

  private static Sla sla(double top, double bottom, Sla.Profile profile, double projection) {
    return new Sla(top, bottom, profile, LinearBranch.Map.SOFTMAX, projection, 32, 16);
  }

  /** T38: with all blocks the sparse part is the dense attention, and so is the whole without a projection. */
  @Test
  void t38AllBlocks() {
    for (double projection : new double[] {0, 0.5}) {
      assertArrayEquals(
          Evaluated.dense(OP, operands()),
          Evaluated.attention(sla(1, 0, Sla.Profile.PAPER, projection), OP, operands()), 1e-12);
    }
  }

  /** T43: with no blocks the sparse part is zeros, and no NaN. */
  @Test
  void t43NoBlocks() {
    double[] none = Evaluated.attention(sla(0, 0, Sla.Profile.MAIN, 0), OP, operands());
    assertArrayEquals(new double[none.length], none);
  }

  private static double[] linear(LinearBranch.Map map, double[] weights) {
    return linear(map, weights, operands());
  }

  private static double[] linear(LinearBranch.Map map, double[] weights, List<Tensor> operands) {
    Tensor blocks = Tensor.generate(TensorType.of(Shape.of(2, 5, 10), Formats.F32), i -> weights[i % weights.length]);
    return Evaluated.of(List.of(operands.get(0), operands.get(1), operands.get(2), blocks), (arithmetic, values) -> {
      Router router = Router.of(Evaluated.call(values, OP), arithmetic, 32, 16);
      return new LinearBranch(router.call(), arithmetic, router.rows(), router.columns(), map).over(values.get(3));
    });
  }

  /** T39, X21: sums of blocks are the direct sum over the tokens of these blocks. */
  @Test
  void t39SumsOfBlocksAreSumsOfTokens() {
    double[] q = operands().get(0).elements();
    double[] k = operands().get(1).elements();
    double[] v = operands().get(2).elements();
    double[] weights = new double[50];
    Arrays.setAll(weights, i -> (i / 10 + i % 10) % 3 == 0 ? 1 : 0);
    double[] actual = linear(LinearBranch.Map.SOFTMAX, weights);
    for (int row : new int[] {0, 31, 32, 149, 150, 299}) {
      double[] upper = new double[DEPTH];
      double lower = 0;
      for (int key = 0; key < COUNT; key++) {
        if (weights[row % COUNT / 32 * 10 + key / 16] == 0) {
          continue;
        }
        double product = 0;
        double[] left = softmax(q, row);
        double[] right = softmax(k, row / COUNT * COUNT + key);
        for (int i = 0; i < DEPTH; i++) {
          product += left[i] * right[i];
        }
        lower += product;
        for (int i = 0; i < DEPTH; i++) {
          upper[i] += product * v[(row / COUNT * COUNT + key) * DEPTH + i];
        }
      }
      for (int i = 0; i < DEPTH; i++) {
        assertEquals(upper[i] / lower, actual[row * DEPTH + i], 1e-12);
      }
    }
  }

  private static double[] softmax(double[] x, int row) {
    double[] y = Arrays.copyOfRange(x, row * DEPTH, (row + 1) * DEPTH);
    double max = DoubleStream.of(y).max().orElseThrow();
    Arrays.setAll(y, i -> Math.exp(y[i] - max));
    double sum = DoubleStream.of(y).sum();
    Arrays.setAll(y, i -> y[i] / sum);
    return y;
  }

  /** T40, X21: a row of the linear part is a mean of values with weights that are not negative. */
  @Test
  void t40LinearPartIsAMean() {
    double[] v = operands().get(2).elements();
    for (LinearBranch.Map map : LinearBranch.Map.values()) {
      double[] actual = linear(map, new double[] {1});
      for (int i = 0; i < actual.length; i++) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int key = 0; key < COUNT; key++) {
          double value = v[(i / DEPTH / COUNT * COUNT + key) * DEPTH + i % DEPTH];
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
        // Features of relu may all be zero, and the row is zeros then.
        assertTrue(actual[i] == 0 || actual[i] >= least - 1e-9 && actual[i] <= most + 1e-9);
      }
    }
    // Over all keys the other profile is the same, but for the number in its divisor.
    double[] all = Evaluated.of(operands(), (arithmetic, values) -> {
      Router router = Router.of(Evaluated.call(values, OP), arithmetic, 32, 16);
      return new LinearBranch(
          router.call(), arithmetic, router.rows(), router.columns(), LinearBranch.Map.SOFTMAX).overAll(0);
    });
    assertArrayEquals(linear(LinearBranch.Map.SOFTMAX, new double[] {1}), all, 1e-12);
  }

  /** T44, X22: a share of 1 is the sparse part, of 0 the linear one. */
  @Test
  void t44EndsOfTheMix() {
    for (double share : new double[] {0, 1}) {
      double[] mixed = Evaluated.of(operands(), (arithmetic, values) -> {
        AttentionCall call = Evaluated.call(values, OP);
        Blocks rows = new Blocks(arithmetic, COUNT, 32);
        Value ofRows = arithmetic.broadcast(arithmetic.real(share), Shape.of(2, 5, 1));
        return Sla2.mixed(call, arithmetic, rows, ofRows, values.get(0), values.get(1));
      });
      assertArrayEquals(operands().get(share == 1 ? 0 : 1).elements(), mixed);
    }
  }

  /** T46: without learned projections the router of SLA2 selects what SLA selects. */
  @Test
  void t46RouterIsTheHeuristic() {
    double[] scores = Evaluated.of(operands(), (arithmetic, values) -> new Ranking(
        arithmetic, Router.of(Evaluated.call(values, OP), arithmetic, 32, 16).scores()).top(3));
    double[] weights = Evaluated.of(operands(), (arithmetic, values) -> new Ranking(
        arithmetic, Router.of(Evaluated.call(values, OP), arithmetic, 32, 16).weights()).top(3));
    assertArrayEquals(scores, weights);
  }

  /** T47: the share of the weights that are selected, and the rest of the attention instead of a linear part, are all of it. */
  @Test
  void t47ShareOfWeights() {
    double[] bitmap = new double[100];
    Arrays.setAll(bitmap, i -> i * 7 % 10 < 4 ? 1 : 0);
    Tensor blocks = Tensor.generate(TensorType.of(Shape.of(2, 5, 10), Formats.BOOL), i -> bitmap[i]);
    // One value of 1 more for each key: what selected keys have of the weights.
    List<Tensor> inputs = List.of(operands().get(0), operands().get(1), operands().get(2), blocks);
    double[] whole = Evaluated.of(inputs, (arithmetic, values) -> {
      AttentionCall call = Evaluated.call(values, OP);
      Value some = call.select(arithmetic, values.get(3), 32, 16);
      Value rest = call.select(arithmetic, arithmetic.not(values.get(3)), 32, 16);
      Value scores = arithmetic.mul(arithmetic.matmul(values.get(0), values.get(1), true), arithmetic.real(OP.scale()));
      Value seen = arithmetic.reshape(arithmetic.cut(arithmetic.cut(arithmetic.last(
          arithmetic.broadcast(arithmetic.axis(arithmetic.last(values.get(3), 2, 5, 1, 10), -1), Shape.of(2, 5, 32, 10, 16)),
          4, 160, 160), -2, COUNT), -1, COUNT), Shape.of(2, COUNT, COUNT));
      Value share = arithmetic.axis(arithmetic.sum(
          arithmetic.mul(arithmetic.softmax(scores), arithmetic.f32(seen)), -1), -1);
      return arithmetic.add(
          arithmetic.mul(share, some), arithmetic.mul(arithmetic.sub(arithmetic.real(1), share), rest));
    });
    assertArrayEquals(Evaluated.dense(OP, operands()), whole, 1e-12);
  }

  /** Both parts together are nearer to the dense attention than the sparse part alone. */
  @Test
  void mixIsNearer() {
    double[] dense = Evaluated.dense(OP, operands());
    double sparse = Evaluated.relativeError(dense, Evaluated.attention(sla(0.2, 0, Sla.Profile.PAPER, 0), OP, operands()));
    double mixed = Evaluated.relativeError(dense, Evaluated.attention(
        new Sla2(0.2, LinearBranch.Map.SOFTMAX, 32, 16), OP, operands()));
    assertTrue(mixed < sparse, mixed + " " + sparse);
  }
}
