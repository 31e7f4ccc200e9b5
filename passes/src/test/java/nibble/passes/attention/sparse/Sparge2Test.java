package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.op.Compare.Kind;
import org.junit.jupiter.api.Test;

/** SpargeAttention2: the largest so many, and those that make a mass. */
class Sparge2Test {
  private static final Attention OP = Attention.of(0.25, Formats.F32);

  /** T35: what either rule keeps is kept. */
  @Test
  void t35Union() {
    List<Tensor> operands =
        List.of(Evaluated.random(1, 2, 320, 16), Evaluated.random(2, 2, 320, 16), Evaluated.random(3, 2, 320, 16));
    double[] both = bitmap(new Sparge2(0.2, 0.5, 32, 32), operands);
    double[] largest = bitmap(new Sparge2(0.2, 0, 32, 32), operands);
    double[] mass = bitmap(new Sparge2(0, 0.5, 32, 32), operands);
    for (int i = 0; i < both.length; i++) {
      assertEquals(Math.max(largest[i], mass[i]), both[i]);
    }
    for (int row = 0; row < both.length / 10; row++) {
      assertEquals(2, DoubleStream.of(largest).skip(row * 10L).limit(10).sum());
    }
  }

  private static double[] bitmap(Sparge2 way, List<Tensor> operands) {
    return Evaluated.of(operands, (arithmetic, values) ->
        way.bitmap(Router.of(Evaluated.call(values, OP), arithmetic, way.queries(), way.keys())));
  }

  /** T36: of a row of equals the mass decides, of a row with one large weight the count. */
  @Test
  void t36EqualsAndOneHot() {
    double[] equal = new double[128];
    Arrays.fill(equal, 1.0 / 128);
    assertEquals(26, union(equal, 4, 0.2));
    double[] one = new double[128];
    one[7] = 1;
    assertEquals(4, union(one, 4, 0.2));
    assertEquals(1, union(one, 1, 0.2));
  }

  private static double union(double[] row, long count, double mass) {
    double[] kept = Evaluated.of(List.of(Evaluated.matrix(1, row.length, row)), (arithmetic, values) -> {
      Ranking ranking = new Ranking(arithmetic, values.getFirst());
      return arithmetic.or(ranking.top(count), ranking.nucleus(mass, Kind.LT));
    });
    return DoubleStream.of(kept).sum();
  }

  @Test
  void isNearTheDenseAttention() {
    List<Tensor> operands =
        List.of(Evaluated.random(1, 2, 320, 16), Evaluated.random(2, 2, 320, 16), Evaluated.random(3, 2, 320, 16));
    double[] dense = Evaluated.dense(OP, operands);
    assertEquals(0, Evaluated.relativeError(dense, Evaluated.attention(new Sparge2(1, 0, 32, 32), OP, operands)),
        1e-12);
    assertTrue(Evaluated.relativeError(dense, Evaluated.attention(new Sparge2(0.5, 0, 32, 32), OP, operands)) < 1);
  }
}
