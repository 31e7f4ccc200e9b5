package nibble.codegen.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.shape.Dim;
import org.junit.jupiter.api.Test;

class RangesTest {
  @Property(tries = 3000)
  void nothingIsLarger(@ForAll Random random) {
    IndexExpr index = RandomIndex.of(random, 3).expr();
    Optional<Dim> maximum = Ranges.maximum(index);
    for (int i = 0; i < 10 && maximum.isPresent(); i++) {
      Map<String, Long> at = RandomIndex.assignment(random);
      long most = maximum.get().evaluate(at);
      assertTrue(index.evaluate(at, at) <= most, () -> index + " is more than " + maximum + " at " + at);
    }
  }

  @Test
  void maximaOfLinearExpressions() {
    IndexExpr b = IndexExpr.variable("b", Dim.symbol("B"));
    IndexExpr s = IndexExpr.variable("s", Dim.symbol("S"));
    Dim last = Dim.symbol("B").times(Dim.symbol("S")).minus(Dim.ONE);
    assertEquals(Optional.of(last), Ranges.maximum(b.times(Dim.symbol("S")).plus(s)));
    assertEquals(Optional.of(Dim.of(5)), Ranges.maximum(IndexExpr.variable("c", Dim.of(11)).dividedBy(Dim.of(2))));
    assertEquals(
        Optional.of(Dim.symbol("B").minus(Dim.ONE)),
        Ranges.maximum(IndexExpr.variable("m", Dim.symbol("B").times(Dim.symbol("S"))).dividedBy(Dim.symbol("S"))));
  }

  @Test
  void positive() {
    Dim s = Dim.symbol("S");
    assertTrue(Ranges.isPositive(s));
    assertTrue(Ranges.isPositive(s.times(s).minus(s).plus(Dim.ONE)));
    assertFalse(Ranges.isPositive(s.minus(Dim.ONE)), "0 for S = 1");
    assertFalse(Ranges.isPositive(s.minus(Dim.symbol("T"))));
    assertFalse(Ranges.isPositive(Dim.ZERO));
  }
}
