package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.op.Compare.Kind;
import org.junit.jupiter.api.Test;

/** Sparse VideoGen2: clusters, their layout, and which of them are attended to. */
class Svg2Test {
  private static final int COUNT = 90;
  private static final int DEPTH = 8;
  private static final Attention OP = Attention.of(0.35, Formats.F32);

  private static List<Tensor> operands() {
    return List.of(
        Evaluated.random(1, 2, COUNT, DEPTH), Evaluated.random(2, 2, COUNT, DEPTH), Evaluated.random(3, 2, COUNT, DEPTH));
  }

  private static Svg2 way(double mass, double least) {
    return new Svg2(5, 9, mass, least, 3, 16, 16);
  }

  /** T54, T55, X13: with all clusters it is the dense attention, in another order and back. */
  @Test
  void t54AllClustersAreTheDenseAttention() {
    assertArrayEquals(Evaluated.dense(OP, operands()), Evaluated.attention(way(1, 1), OP, operands()), 1e-12);
    assertArrayEquals(Evaluated.dense(OP, operands()), Evaluated.attention(way(0, 1), OP, operands()), 1e-12);
  }

  /** T56: the more mass, the nearer. */
  @Test
  void t56ErrorsFallWithMass() {
    double before = Double.POSITIVE_INFINITY;
    for (double mass : new double[] {0.2, 0.6, 0.95}) {
      double off = Evaluated.relativeError(
          Evaluated.dense(OP, operands()), Evaluated.attention(way(mass, 0), OP, operands()));
      assertTrue(off < before && off > 0, mass + ": " + off);
      before = off;
    }
  }

  /** The golden row of the specification, and T57: what keys weigh that are there as often as their cluster has members. */
  @Test
  void t57Weights() {
    double[] weights = Evaluated.of(List.of(
        Evaluated.matrix(1, 4, 1, 0.5, 0, -1)), (arithmetic, values) ->
        Svg2.weights(arithmetic, values.getFirst(), arithmetic.integers(10, 40, 100, 5)));
    assertArrayEquals(new double[] {0.139420, 0.338249, 0.512897, 0.009434}, weights, 5e-7);
    double[] kept = Evaluated.of(List.of(Evaluated.matrix(1, 4, weights)), (arithmetic, values) ->
        new Ranking(arithmetic, values.getFirst()).nucleus(0.9, Kind.LE));
    assertArrayEquals(new double[] {1, 1, 1, 0}, kept);
    double[] repeated = new double[155];
    Arrays.setAll(repeated, i -> i < 10 ? 1 : i < 50 ? 0.5 : i < 150 ? 0 : -1);
    double sum = DoubleStream.of(repeated).map(Math::exp).sum();
    assertEquals(10 * Math.exp(1) / sum, weights[0], 1e-6);
  }

  /** T58: clusters of nothing weigh nothing and have no blocks. */
  @Test
  void t58EmptyClusters() {
    double[] weights = Evaluated.of(List.of(Evaluated.matrix(1, 3, 500, 0, 0)), (arithmetic, values) ->
        Svg2.weights(arithmetic, values.getFirst(), arithmetic.integers(0, 3, 3)));
    assertArrayEquals(new double[] {0, 0.5, 0.5}, weights, 1e-6);
    // All rows the same: they are all in the first cluster.
    Tensor same = Tensor.generate(Evaluated.random(0, 1, COUNT, DEPTH).type(), i -> 1);
    double[] sizes = Evaluated.of(List.of(same), (arithmetic, values) ->
        Clusters.of(arithmetic, values.getFirst(), 4, 2, 16).sizes());
    assertArrayEquals(new double[] {COUNT, 0, 0, 0}, sizes);
    List<Tensor> operands = List.of(same, same, Evaluated.random(3, 1, COUNT, DEPTH));
    assertArrayEquals(Evaluated.dense(OP, operands), Evaluated.attention(way(0.5, 0), OP, operands), 1e-12);
  }

  /** T55: places and sources are each other's inverse, clusters lie together and start blocks. */
  @Test
  void t55Layout() {
    Tensor x = Evaluated.random(4, 1, COUNT, DEPTH);
    double[] places = Evaluated.of(List.of(x), (arithmetic, values) -> clusters(arithmetic, values).layout().ofRows());
    double[] labels = Evaluated.of(List.of(x), (arithmetic, values) -> clusters(arithmetic, values).labels());
    double[] sources = Evaluated.of(List.of(x), (arithmetic, values) -> clusters(arithmetic, values).layout().rows());
    double[] filled = Evaluated.of(
        List.of(x), (arithmetic, values) -> arithmetic.i32(clusters(arithmetic, values).layout().isFilled()));
    double[] byCluster = Evaluated.of(
        List.of(x), (arithmetic, values) -> arithmetic.i32(clusters(arithmetic, values).blocksByCluster()));
    assertEquals(COUNT, DoubleStream.of(filled).sum());
    for (int row = 0; row < COUNT; row++) {
      int place = (int) places[row];
      assertEquals(row, sources[place]);
      assertEquals(1, filled[place]);
      assertEquals(1, byCluster[place / 16 * 5 + (int) labels[row]]);
    }
    for (int block = 0; block < byCluster.length / 5; block++) {
      assertTrue(DoubleStream.of(byCluster).skip(block * 5L).limit(5).sum() <= 1);
    }
  }

  private static Clusters clusters(Arithmetic arithmetic, List<Value> values) {
    return Clusters.of(arithmetic, values.getFirst(), 5, 3, 16);
  }

  /** T60: squares of distances to centroids fall with each iteration, and two runs give the same. */
  @Test
  void t60Objective() {
    Tensor x = Evaluated.random(4, 1, COUNT, DEPTH);
    double before = Double.POSITIVE_INFINITY;
    for (int iterations = 0; iterations < 5; iterations++) {
      long count = iterations;
      double[] centroids = Evaluated.of(
          List.of(x), (arithmetic, values) -> Clusters.of(arithmetic, values.getFirst(), 7, count, 16).centroids());
      double[] labels = Evaluated.of(
          List.of(x), (arithmetic, values) -> Clusters.of(arithmetic, values.getFirst(), 7, count, 16).labels());
      double objective = 0;
      for (int i = 0; i < COUNT * DEPTH; i++) {
        double off = x.elements()[i] - centroids[(int) labels[i / DEPTH] * DEPTH + i % DEPTH];
        objective += off * off;
      }
      assertTrue(objective <= before, objective + " " + before);
      before = objective;
      assertArrayEquals(labels, Evaluated.of(
          List.of(x), (arithmetic, values) -> Clusters.of(arithmetic, values.getFirst(), 7, count, 16).labels()));
    }
  }
}
