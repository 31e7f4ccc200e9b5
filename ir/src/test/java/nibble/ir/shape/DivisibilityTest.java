package nibble.ir.shape;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import nibble.ir.Registry;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DivisibilityTest {
  @Provide
  Arbitrary<Expression> expressions() {
    return Expression.expressions();
  }

  @Provide
  Arbitrary<Map<String, Long>> assignments() {
    return Expression.assignments();
  }

  @Property
  void dividesEveryValue(
      @ForAll("expressions") Expression expression,
      @ForAll("assignments") Map<String, Long> multiples,
      @ForAll @LongRange(min = 1, max = 16) long divisorOfS,
      @ForAll @LongRange(min = 1, max = 16) long divisorOfT) {
    Map<String, SymbolBounds> bounds = Map.of(
        "S", new SymbolBounds("S", 1, divisorOfS), "T", new SymbolBounds("T", 1, divisorOfT));
    Map<String, Long> symbols = Map.of(
        "B", multiples.get("B"), "S", multiples.get("S") * divisorOfS, "T", multiples.get("T") * divisorOfT);
    long divisor = Divisibility.of(expression.dim(), bounds);
    long value = expression.value(symbols);
    assertEquals(0, divisor == 0 ? value : value % divisor, () -> divisor + " does not divide " + value);
  }

  @ParameterizedTest
  @CsvSource({
      "8*S + 16, 2, 16", "S, 8, 8", "S*S, 8, 64", "S + 1, 8, 1", "24, 1, 24", "0, 1, 0", "S - S, 4, 0",
      "4*ceil(S/3), 6, 4", "12*B + 8*S, 1, 4"})
  void greatestKnown(String extent, long divisorOfS, long expected) {
    Dim dim = new TextReader(extent, "dim", Registry.core()).dim();
    assertEquals(expected, Divisibility.of(dim, Map.of("S", new SymbolBounds("S", 1, divisorOfS))));
  }

  @Test
  void largePowersDoNotOverflow() {
    Dim s = Dim.symbol("S");
    Dim power = s.times(s).times(s).times(s);
    // 2^80 divides it; 2^60 is the most whole factors that a long holds.
    assertEquals(1L << 60, Divisibility.of(power, Map.of("S", new SymbolBounds("S", 1, 1 << 20))));
  }
}
