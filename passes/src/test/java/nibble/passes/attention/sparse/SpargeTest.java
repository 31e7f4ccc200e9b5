package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention.Causal;
import nibble.ir.op.Attention;
import org.junit.jupiter.api.Test;

/** SpargeAttention's selection of blocks: its rules, and what holds whatever they are. */
class SpargeTest {
  private static final int COUNT = 300;
  private static final int DEPTH = 16;
  private static final Attention OP = Attention.of(0.25, Formats.F32);

  private static List<Tensor> operands(long seed) {
    return List.of(
        Evaluated.random(seed, 2, COUNT, DEPTH), Evaluated.random(seed + 1, 2, COUNT, DEPTH),
        Evaluated.random(seed + 2, 2, COUNT, DEPTH));
  }

  private static Sparge share(double top, double similarity) {
    return new Sparge(Optional.of(top), 0.98, similarity, Optional.empty(), 64, 32);
  }

  private static Sparge mass(double mass, double similarity) {
    return new Sparge(Optional.empty(), mass, similarity, Optional.empty(), 64, 32);
  }

  private static double[] bitmap(Sparge way, Attention op, List<Tensor> operands) {
    return Evaluated.of(operands, (arithmetic, values) ->
        way.bitmap(Router.of(Evaluated.call(values, op), arithmetic, way.queries(), way.keys())));
  }

  private static double density(Sparge way) {
    return DoubleStream.of(bitmap(way, OP, operands(1))).average().orElseThrow();
  }

  /** T27, X12: with all blocks, it is the dense attention bit for bit. */
  @Test
  void t27AllBlocksAreTheDenseAttention() {
    List<Tensor> operands = operands(1);
    assertArrayEquals(Evaluated.dense(OP, operands), Evaluated.attention(share(1, -1), OP, operands));
    // No block of random rows is like its mean, so all are computed.
    assertArrayEquals(Evaluated.dense(OP, operands), Evaluated.attention(share(0.1, 0.9), OP, operands));
  }

  /** T30: more blocks with a larger share, a larger mass and a higher demand on means. */
  @Test
  void t30DensityIsMonotone() {
    for (double[] pair : new double[][] {{0.1, 0.4}, {0.4, 0.7}, {0.7, 1}}) {
      assertTrue(density(share(pair[0], -1)) <= density(share(pair[1], -1)));
      assertTrue(density(mass(pair[0], -1)) <= density(mass(pair[1], -1)));
    }
    double before = 0;
    for (double similarity : new double[] {-1, 0.012, 0.016, 0.03, 0.1}) {
      double now = density(share(0.3, similarity));
      assertTrue(before <= now, before + " " + now);
      before = now;
    }
    assertEquals(0.3, density(share(0.3, -1)), 0.001);
    assertEquals(1, before);
  }

  /** T32: causal, what is selected is computed as the dense attention hides it, token by token. */
  @Test
  void t32CausalByTokens() {
    for (Causal causal : List.of(Causal.TOP_LEFT, Causal.BOTTOM_RIGHT)) {
      Attention op = new Attention(
          0.25, causal, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Formats.F32);
      List<Tensor> operands = operands(5);
      assertArrayEquals(
          Evaluated.dense(op, operands), Evaluated.attention(share(1, -1), op, operands), 1e-12);
      double[] bitmap = bitmap(share(1, -1), op, operands);
      for (int row = 0; row < 5; row++) {
        for (int column = 0; column < 10; column++) {
          assertEquals(column * 32 < (row + 1) * 64 ? 1 : 0, bitmap[row * 10 + column]);
        }
      }
    }
  }

  /** T33: what a filter leaves out of a row weighs less than the number of keys times e to the filter. */
  @Test
  void t33FiltersLoseLittle() {
    List<Tensor> operands = operands(1);
    double[] all = Evaluated.attention(share(0.5, -1), OP, operands);
    double most = DoubleStream.of(operands.get(2).elements()).map(Math::abs).max().orElseThrow();
    double before = 0;
    for (double filter : new double[] {-30, -4, -2, -1, -0.5}) {
      double[] some =
          Evaluated.attention(new Sparge(Optional.of(0.5), 0.98, -1, Optional.of(filter), 64, 32), OP, operands);
      double lost = 0;
      for (int i = 0; i < all.length; i++) {
        lost = Math.max(lost, Math.abs(all[i] - some[i]));
      }
      assertTrue(lost <= COUNT * Math.exp(filter) * most, filter + ": " + lost);
      assertTrue(filter > -30 || lost == 0, "nothing is 30 lower");
      before = Math.max(before, lost);
    }
    assertTrue(before > 0, "some blocks are left out");
  }

  /** T34: rows that are all the same are as alike as can be, and rows that cancel not at all: these are computed. */
  @Test
  void t34Similarity() {
    double[] rows = new double[64 * DEPTH];
    Arrays.setAll(rows, i -> i / DEPTH < 32 ? i % DEPTH + 1 : (i / DEPTH % 2 == 0 ? 1 : -1) * (i % DEPTH + 1));
    Tensor x = Evaluated.matrix(64, DEPTH, rows);
    double[] similarity = Evaluated.of(
        List.of(x), (arithmetic, values) -> new Blocks(arithmetic, 64, 32).similarity(values.getFirst()));
    assertArrayEquals(new double[] {1, 0}, similarity, 1e-12);
    // Row 1 of blocks of queries is forced.
    Tensor keys = Evaluated.matrix(64, DEPTH, new double[64 * DEPTH]);
    Sparge way = new Sparge(Optional.of(0.5), 0.98, 0, Optional.empty(), 32, 32);
    double[] forced = bitmap(way, OP, List.of(x, keys, keys));
    assertEquals(1, forced[2]);
    assertEquals(1, forced[3]);
  }

  /** T53, X17: the last block may have fewer rows, one among them; nothing beyond is read. */
  @Test
  void x17Tails() {
    for (int count : new int[] {1, 15, 16, 17, 63, 64, 65, 127, 128, 129}) {
      List<Tensor> operands = List.of(
          Evaluated.random(1, count, DEPTH), Evaluated.random(2, count, DEPTH), Evaluated.random(3, count, DEPTH));
      double[] some = Evaluated.attention(share(0.5, -1), OP, operands);
      assertTrue(DoubleStream.of(some).allMatch(Double::isFinite));
      assertArrayEquals(Evaluated.dense(OP, operands), Evaluated.attention(share(1, -1), OP, operands));
    }
  }

  /** X19: heads that share keys give what repeated keys give. */
  @Test
  void x19SharedKeys() {
    Tensor queries = Evaluated.random(1, 4, 100, DEPTH);
    Tensor keys = Evaluated.random(2, 2, 100, DEPTH);
    Tensor values = Evaluated.random(3, 2, 100, DEPTH);
    double[] repeated = Evaluated.attention(share(0.5, -1), OP, List.of(queries, twice(keys), twice(values)));
    assertArrayEquals(repeated, Evaluated.attention(share(0.5, -1), OP, List.of(queries, keys, values)));
  }

  private static Tensor twice(Tensor x) {
    int head = 100 * DEPTH;
    return Tensor.generate(
        Evaluated.random(0, 4, 100, DEPTH).type(), i -> x.elements()[i / head / 2 * head + i % head]);
  }
}
