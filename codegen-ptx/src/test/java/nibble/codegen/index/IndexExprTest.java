package nibble.codegen.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.shape.Dim;
import org.junit.jupiter.api.Test;

class IndexExprTest {
  private static final IndexExpr C = IndexExpr.variable("c", Dim.of(384));
  private static final IndexExpr S = IndexExpr.variable("s", Dim.symbol("S"));
  private static final IndexExpr B = IndexExpr.variable("b", Dim.symbol("B"));

  @Property(tries = 3000)
  void hasTheValueOfItsParts(@ForAll Random random) {
    RandomIndex index = RandomIndex.of(random, 4);
    for (int i = 0; i < 10; i++) {
      Map<String, Long> at = RandomIndex.assignment(random);
      assertEquals(index.value().applyAsLong(at), index.expr().evaluate(at, at), () -> index.expr() + " at " + at);
    }
  }

  @Test
  void quotientAndRemainderAreJoinedAgain() {
    Dim n = Dim.of(32);
    assertEquals(C, C.dividedBy(n).times(n).plus(C.modulo(n)));
    Dim s = Dim.symbol("S");
    IndexExpr row = IndexExpr.variable("m", s.times(Dim.symbol("B")));
    assertEquals(row, row.dividedBy(s).times(s).plus(row.modulo(s)));
    Dim columns = Dim.of(384);
    assertEquals(
        row.times(columns), row.dividedBy(s).times(s.times(columns)).plus(row.modulo(s).times(columns)));
  }

  @Test
  void axesOfARowMajorIndexAreJoinedAgain() {
    Dim s = Dim.symbol("S");
    IndexExpr index = IndexExpr.variable("e", s.times(Dim.of(16 * 49)));
    IndexExpr outer = index.dividedBy(Dim.of(16 * 49));
    IndexExpr middle = index.dividedBy(Dim.of(49)).modulo(Dim.of(16));
    IndexExpr inner = index.modulo(Dim.of(49));
    assertEquals(index, outer.times(Dim.of(16 * 49)).plus(middle.times(Dim.of(49))).plus(inner));
    assertEquals(index, inner.plus(middle.times(Dim.of(49))).plus(outer.times(Dim.of(16 * 49))));
    IndexExpr swapped = outer.times(Dim.of(49)).plus(middle.times(Dim.of(49))).plus(inner);
    assertEquals(3, swapped.terms().size(), swapped.toString());
  }

  @Test
  void whatIsSmallIsNotDivided() {
    IndexExpr linear = B.times(Dim.symbol("S")).plus(S);
    assertEquals(B, linear.dividedBy(Dim.symbol("S")));
    assertEquals(S, linear.modulo(Dim.symbol("S")));
    assertEquals(IndexExpr.ZERO, C.dividedBy(Dim.of(384)));
    assertEquals(C, C.modulo(Dim.of(384)));
    // Of S nothing is known, so it may be more than 384.
    assertTrue(C.dividedBy(Dim.symbol("S")).toString().contains("/"));
  }

  @Test
  void variablesOfExtentOneAreZero() {
    assertEquals(IndexExpr.ZERO, IndexExpr.variable("x", Dim.ONE));
    assertTrue(IndexExpr.ZERO.isConstant());
  }

  /** A row of a tile, of a matrix of blocks of 64: which block is known for the whole tile. */
  @Test
  void substitutionIsNormalised() {
    IndexExpr row = IndexExpr.variable("m", Dim.symbol("M"));
    IndexExpr tile = IndexExpr.variable("t", Dim.symbol("M").ceilDiv(128));
    IndexExpr inside = IndexExpr.variable("i", Dim.of(128));
    IndexExpr tiled = tile.times(Dim.of(128)).plus(inside);
    assertEquals(tile, row.dividedBy(Dim.of(128)).substitute(Map.of("m", tiled)));
    assertEquals(inside, row.modulo(Dim.of(128)).substitute(Map.of("m", tiled)));
    assertEquals(
        tile.times(Dim.of(2)).plus(inside.dividedBy(Dim.of(64))),
        row.dividedBy(Dim.of(64)).substitute(Map.of("m", tiled)));
  }

  @Property(tries = 1000)
  void substitutionKeepsTheValue(@ForAll Random random) {
    RandomIndex index = RandomIndex.of(random, 3);
    RandomIndex replacement = RandomIndex.of(random, 2);
    IndexExpr substituted = index.expr().substitute(Map.of("a", replacement.expr().modulo(Dim.of(32))));
    Map<String, Long> at = RandomIndex.assignment(random);
    Map<String, Long> inner = new HashMap<>(at);
    inner.put("a", replacement.value().applyAsLong(at) % 32);
    assertEquals(index.value().applyAsLong(inner), substituted.evaluate(at, at));
  }
}
