package nibble.codegen.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;
import org.junit.jupiter.api.Test;

class VectorWidthTest {
  private static final Map<String, SymbolBounds> NOTHING = Map.of();

  /** What is said of a group holds for every group that lies below the variable's extent. */
  @Property(tries = 5000)
  void whatItSaysHolds(@ForAll Random random, @ForAll @IntRange(min = 1, max = 3) int log) {
    IndexExpr index = RandomIndex.of(random, 3).expr();
    VectorWidth group = new VectorWidth("a", 1L << log, NOTHING);
    Map<String, Long> at = new HashMap<>(RandomIndex.assignment(random));
    long start = at.get("a") & -group.width();
    at.put("a", start);
    long first = index.evaluate(at, at);
    for (long i = 0; i < group.width(); i++) {
      at.put("a", start + i);
      long value = index.evaluate(at, at);
      if (group.isVector(index)) {
        assertEquals(first + i, value, () -> index + " at " + at);
        assertEquals(0, first % group.width(), () -> index + " starts at " + first);
      }
      if (group.isConstant(index)) {
        assertEquals(first, value, () -> index + " at " + at);
      }
    }
  }

  private final IndexExpr column = IndexExpr.variable("c", Dim.of(384));
  private final IndexExpr row = IndexExpr.variable("r", Dim.symbol("M"));

  private static VectorWidth of(String variable, long width) {
    return new VectorWidth(variable, width, NOTHING);
  }

  @Test
  void rowsOfAMatrix() {
    IndexExpr element = row.times(Dim.of(384)).plus(column);
    assertTrue(of("c", 16).isVector(element));
    assertFalse(of("r", 2).isVector(element));
    assertTrue(of("c", 128).isVector(element));
    assertFalse(of("c", 256).isVector(element), "rows start at multiples of 384");
    assertFalse(of("c", 4).isVector(row.times(Dim.of(33)).plus(column)));
  }

  @Test
  void headsOfAttentionAreVectors() {
    // [B,S,H*E] read as [B,H,S,E]: a row of E elements is 32 neighbours.
    IndexExpr head = column.dividedBy(Dim.of(32));
    IndexExpr inside = column.modulo(Dim.of(32));
    IndexExpr element = head.times(Dim.symbol("S").times(Dim.of(32))).plus(inside);
    assertTrue(of("c", 8).isVector(element));
    assertFalse(of("c", 64).isVector(element));
    assertTrue(of("c", 8).isConstant(head));
  }

  @Test
  void divisorsOfSymbolsCount() {
    IndexExpr element = row.times(Dim.symbol("S")).plus(column);
    assertFalse(of("c", 8).isVector(element));
    assertTrue(new VectorWidth("c", 8, Map.of("S", new SymbolBounds("S", 1, 8))).isVector(element));
  }

  @Test
  void aStepOfTwoIsNoVector() {
    assertFalse(of("c", 2).isVector(column.times(Dim.of(2))));
  }
}
