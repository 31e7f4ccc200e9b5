package nibble.ir.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.F32Model;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/** The filter of the second stage of SpargeAttention: values of blocks whose scores are all much lower have no part. */
class AttentionFilterTest {
  private static final int QUERIES = 40;
  private static final int KEYS = 50;
  private static final int DEPTH = 6;
  private static final int BLOCK = 16;

  private static Attention op(Attention.Causal causal) {
    return new Attention(
        0.5, causal, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Formats.F32)
        .withBlocks(16, BLOCK);
  }

  /** Queries that are alike in groups, so that groups differ in what they look at. */
  private static List<Tensor> operands(Random random, double spread) {
    double[] centers = random.doubles(3L * DEPTH, -spread, spread).toArray();
    Tensor queries = Tensor.inOrder(TensorType.of(Shape.of(2, QUERIES, DEPTH), Formats.F32), i ->
        Formats.F32.round(centers[i / DEPTH % QUERIES / 16 * DEPTH + i % DEPTH] + random.nextGaussian(0, 0.2)));
    Tensor keys = Tensor.inOrder(
        TensorType.of(Shape.of(2, KEYS, DEPTH), Formats.F32), i -> Formats.F32.round(random.nextGaussian()));
    Tensor values = Tensor.inOrder(
        TensorType.of(Shape.of(2, KEYS, 3), Formats.F32), i -> Formats.F32.round(random.nextGaussian()));
    Tensor selection = Tensor.inOrder(
        TensorType.of(Shape.of(2, 3, 4), Formats.BOOL), i -> i % 12 == 0 || random.nextDouble() < 0.8 ? 1 : 0);
    return List.of(queries, keys, values, selection);
  }

  private static Tensor eval(Attention op, List<Tensor> operands) {
    return op.eval(operands, op.infer(operands.stream().map(Tensor::type).toList()));
  }

  /** By the definition: scores by the unfiltered op with values that are one at one key. */
  private static double[] naive(Attention op, List<Tensor> operands, double filter, List<Double> decisions) {
    double[] q = operands.get(0).elements();
    double[] k = operands.get(1).elements();
    double[] v = operands.get(2).elements();
    double[] selection = operands.get(3).elements();
    double[] result = new double[2 * QUERIES * 3];
    for (int head = 0; head < 2; head++) {
      double[][] scores = new double[QUERIES][KEYS];
      for (int i = 0; i < QUERIES; i++) {
        for (int j = 0; j < KEYS; j++) {
          boolean seen = selection[(head * 3 + i / 16) * 4 + j / BLOCK] != 0
              && (op.causal() == Attention.Causal.NONE || j <= i);
          for (int d = 0; d < DEPTH; d++) {
            scores[i][j] += op.scale() * q[(head * QUERIES + i) * DEPTH + d] * k[(head * KEYS + j) * DEPTH + d];
          }
          scores[i][j] = seen ? scores[i][j] : Double.NEGATIVE_INFINITY;
        }
      }
      double[] largest = new double[QUERIES];
      double[][] sums = new double[QUERIES][4];
      Arrays.fill(largest, Double.NEGATIVE_INFINITY);
      for (int block = 0; block < KEYS; block += BLOCK) {
        for (int group = 0; group < QUERIES; group += 16) {
          double nearest = Double.NEGATIVE_INFINITY;
          for (int i = group; i < Math.min(QUERIES, group + 16); i++) {
            double local = Double.NEGATIVE_INFINITY;
            for (int j = block; j < Math.min(KEYS, block + BLOCK); j++) {
              local = Math.max(local, scores[i][j]);
            }
            largest[i] = Math.max(largest[i], local);
            nearest = local == Double.NEGATIVE_INFINITY ? nearest : Math.max(nearest, local - largest[i]);
          }
          boolean counts = nearest >= filter;
          decisions.add(nearest);
          for (int i = group; i < Math.min(QUERIES, group + 16); i++) {
            for (int j = block; j < Math.min(KEYS, block + BLOCK); j++) {
              // Relative to nothing: scores are small.
              double weight = Math.exp(scores[i][j]);
              sums[i][3] += weight;
              for (int column = 0; column < 3; column++) {
                sums[i][column] += counts ? weight * v[(head * KEYS + j) * 3 + column] : 0;
              }
            }
          }
        }
      }
      for (int i = 0; i < QUERIES; i++) {
        for (int column = 0; column < 3; column++) {
          result[(head * QUERIES + i) * 3 + column] = sums[i][3] == 0 ? 0 : sums[i][column] / sums[i][3];
        }
      }
    }
    return result;
  }

  /** Blocks that somebody sees and that are left out. */
  private static int left(List<Double> decisions, double filter) {
    return (int) decisions.stream().filter(nearest -> nearest > Double.NEGATIVE_INFINITY && nearest < filter).count();
  }

  @Test
  void blocksAreLeftOutByTheRule() {
    int left = 0;
    for (int seed = 0; seed < 20; seed++) {
      List<Tensor> operands = operands(new Random(seed), 3);
      for (Attention.Causal causal : List.of(Attention.Causal.NONE, Attention.Causal.TOP_LEFT)) {
        for (double filter : new double[] {-0.5, -2, -4}) {
          List<Double> decisions = new ArrayList<>();
          assertArrayEquals(
              naive(op(causal), operands, filter, decisions), eval(op(causal).withFilter(filter), operands).elements(),
              1e-12, "seed " + seed + ", " + causal + ", " + filter);
          left += left(decisions, filter);
        }
      }
    }
    assertTrue(left > 100, left + " blocks are left out");
  }

  @Test
  void aVeryLowFilterLeavesOutNothing() {
    List<Tensor> operands = operands(new Random(7), 3);
    assertArrayEquals(
        eval(op(Attention.Causal.NONE), operands).elements(),
        eval(op(Attention.Causal.NONE).withFilter(-1000), operands).elements());
  }

  /** Weights that are left out are each below e^filter of the largest, whose own is in the sum. */
  @Test
  void whatIsLostIsBounded() {
    double lost = 0;
    for (int seed = 0; seed < 20; seed++) {
      List<Tensor> operands = operands(new Random(seed), 3);
      double most = Arrays.stream(operands.get(2).elements()).map(Math::abs).max().orElseThrow();
      double[] all = eval(op(Attention.Causal.NONE), operands).elements();
      for (double filter : new double[] {-1, -3, -6}) {
        double[] some = eval(op(Attention.Causal.NONE).withFilter(filter), operands).elements();
        for (int i = 0; i < all.length; i++) {
          assertTrue(Math.abs(all[i] - some[i]) <= KEYS * Math.exp(filter) * most, "seed " + seed);
          lost = Math.max(lost, Math.abs(all[i] - some[i]));
        }
      }
    }
    assertTrue(lost > 0);
  }

  /** Where roundings of scores may change what is left out, the bound has both. */
  @Test
  void boundsHoldWhereTheDecisionIsNear() {
    int flipped = 0;
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      List<Tensor> operands = operands(random, 3);
      List<Approximate> given = new ArrayList<>();
      List<Tensor> other = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Tensor exact = operands.get(i);
        double off = i == 1 ? 1e-3 : 0;
        double[] errors = new double[exact.size()];
        Arrays.fill(errors, off);
        given.add(new Approximate(exact, errors));
        other.add(Tensor.inOrder(exact.type(), e -> exact.elements()[e] + off * (2 * random.nextDouble() - 1)));
      }
      List<Double> decisions = new ArrayList<>();
      naive(op(Attention.Causal.NONE), operands, -1, decisions);
      // Filters on which decisions depend.
      for (double filter : decisions.stream().filter(nearest -> nearest < -0.01 && nearest > -20).limit(8).toList()) {
        Attention op = op(Attention.Causal.NONE).withFilter(filter);
        Tensor exact = eval(op, operands);
        double[] bound = op.error(given, exact, new F32Model());
        double[] actual = eval(op, other).elements();
        List<Double> otherDecisions = new ArrayList<>();
        naive(op, other, filter, otherDecisions);
        flipped += left(decisions, filter) == left(otherDecisions, filter) ? 0 : 1;
        for (int i = 0; i < actual.length; i++) {
          double distance = Math.abs(actual[i] - exact.elements()[i]);
          assertTrue(distance <= bound[i], "seed " + seed + ", filter " + filter + ": " + distance + " > " + bound[i]);
        }
      }
    }
    assertTrue(flipped > 5, flipped + " decisions differ");
  }

  @Test
  void filtersThatMakeNoSenseAreRefused() {
    Attention op = op(Attention.Causal.NONE);
    assertThrows(IllegalArgumentException.class, () -> op.withFilter(0));
    assertThrows(IllegalArgumentException.class, () -> op.withFilter(Double.NEGATIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> Attention.of(1, Formats.F32).withFilter(-1));
    assertEquals(Optional.of(-3.0), op.withFilter(-3).filter());
  }
}
