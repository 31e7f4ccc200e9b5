package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.DoubleStream;
import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;
import org.junit.jupiter.api.Test;

/** Orders of columns, and what is selected by them, on rows made by hand. */
class RankingTest {
  private static final double[] ROW = {0.3, 0.5, 0.2};

  private static double[] of(double[] row, BiFunction<Arithmetic, Value, Value> function) {
    return Evaluated.of(List.of(Evaluated.matrix(1, row.length, row)),
        (arithmetic, values) -> function.apply(arithmetic, values.getFirst()));
  }

  private static long kept(double[] row, BiFunction<Arithmetic, Value, Value> selection) {
    return Math.round(DoubleStream.of(of(row, selection)).sum());
  }

  @Test
  void ranks() {
    assertArrayEquals(new double[] {1, 0, 2}, of(ROW, (a, x) -> new Ranking(a, x).rank()));
    // Of equals the first one comes first.
    assertArrayEquals(new double[] {1, 2, 0, 3}, of(new double[] {1, 1, 4, 1}, (a, x) -> new Ranking(a, x).rank()));
  }

  @Test
  void sums() {
    assertArrayEquals(new double[] {0.5, 0, 0.8}, of(ROW, (a, x) -> new Ranking(a, x).sumBefore()), 1e-6);
    assertArrayEquals(new double[] {0.8, 0.5, 1}, of(ROW, (a, x) -> new Ranking(a, x).sumUpTo()), 1e-6);
  }

  /** X25, T31, T59: rules at their edges, of the sorted row .5, .3, .2. */
  @Test
  void x25RulesOfSelection() {
    double[] halves = {0.375, 0.5, 0.125};
    assertEquals(1, kept(ROW, (a, x) -> new Ranking(a, x).massUpTo(0.1)));
    assertEquals(1, kept(halves, (a, x) -> new Ranking(a, x).massUpTo(0.5)));
    assertEquals(1, kept(halves, (a, x) -> new Ranking(a, x).massUpTo(0.87)));
    assertEquals(2, kept(halves, (a, x) -> new Ranking(a, x).massUpTo(0.875)));
    assertEquals(3, kept(halves, (a, x) -> new Ranking(a, x).massUpTo(1)));
    // The nucleus of SVG2: what crosses is kept, and at equality one more.
    assertEquals(1, kept(halves, (a, x) -> new Ranking(a, x).nucleus(0.49, Kind.LE)));
    assertEquals(2, kept(halves, (a, x) -> new Ranking(a, x).nucleus(0.5, Kind.LE)));
    assertEquals(3, kept(halves, (a, x) -> new Ranking(a, x).nucleus(0.875, Kind.LE)));
    // SpargeAttention2: the smallest prefix that reaches the mass.
    assertEquals(1, kept(halves, (a, x) -> new Ranking(a, x).nucleus(0.5, Kind.LT)));
    assertEquals(2, kept(halves, (a, x) -> new Ranking(a, x).nucleus(0.6, Kind.LT)));
    assertEquals(1, kept(ROW, (a, x) -> new Ranking(a, x).top(1)));
    assertEquals(0, kept(ROW, (a, x) -> new Ranking(a, x).top(0)));
    assertEquals(2, kept(ROW, (a, x) -> new Ranking(a, x).bottom(2)));
  }
}
