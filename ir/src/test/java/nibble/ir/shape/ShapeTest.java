package nibble.ir.shape;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShapeTest {
  private static final Dim S = Dim.symbol("S");
  private static final Shape SHAPE = Shape.of(Dim.symbol("B"), S, Dim.of(384));

  @Test
  void axesCountFromBothEnds() {
    assertEquals(Dim.of(384), SHAPE.dim(-1));
    assertEquals(SHAPE.dim(0), SHAPE.dim(-3));
    assertEquals("[B,7,384]", SHAPE.with(1, Dim.of(7)).toString());
    assertEquals("[B,S,7]", SHAPE.with(-1, Dim.of(7)).toString());
    assertThrows(IndexOutOfBoundsException.class, () -> SHAPE.with(3, Dim.ONE));
    assertThrows(IndexOutOfBoundsException.class, () -> SHAPE.dim(3));
  }

  @Test
  void sizes() {
    assertEquals("384*B*S", SHAPE.size().toString());
    assertEquals(Dim.ONE, Shape.SCALAR.size());
    assertEquals(Dim.ZERO, Shape.of(0, 5).size());
  }

  @Test
  void parts() {
    assertEquals("[S,384]", SHAPE.slice(1, 3).toString());
    assertEquals("[B,S,384,2]", SHAPE.append(Dim.of(2)).toString());
    assertEquals(Set.of("B", "S"), SHAPE.symbols());
  }

  @Test
  void evaluation() {
    assertArrayEquals(new int[] {2, 3, 384}, SHAPE.evaluate(Map.of("B", 2L, "S", 3L)));
    assertThrows(ArithmeticException.class, () -> SHAPE.evaluate(Map.of("B", 1L << 31, "S", 3L)));
    assertFalse(SHAPE.isConstant());
    assertTrue(Shape.SCALAR.isConstant());
    assertArrayEquals(new int[0], Shape.SCALAR.extents());
  }

  @Test
  void refusesNegativeExtents() {
    assertEquals("the extent -1 is negative",
        assertThrows(IllegalArgumentException.class, () -> Shape.of(3, -1)).getMessage());
    Shape shorter = Shape.of(S.minus(Dim.of(8)));
    assertEquals("[0]", shorter.substitute(name -> Dim.of(8)).toString());
    assertThrows(IllegalArgumentException.class, () -> shorter.substitute(name -> Dim.of(7)));
  }
}
