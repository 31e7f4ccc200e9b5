package nibble.ir.shape;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

class DimTest {
  @Provide
  Arbitrary<Expression> expressions() {
    return Expression.expressions();
  }

  @Provide
  Arbitrary<Map<String, Long>> assignments() {
    return Expression.assignments();
  }

  @Property
  void evaluatesAsWritten(
      @ForAll("expressions") Expression expression, @ForAll("assignments") Map<String, Long> symbols) {
    assertEquals(expression.value(symbols), expression.dim().evaluate(symbols), () -> expression.dim().toString());
  }

  @Property
  void substitutionOfConstantsIsEvaluation(
      @ForAll("expressions") Expression expression, @ForAll("assignments") Map<String, Long> symbols) {
    Dim constant = expression.dim().substitute(name -> Dim.of(symbols.get(name)));
    assertEquals(Dim.of(expression.value(symbols)), constant);
  }

  @Property
  void substitutionOfExpressionsIsComposition(
      @ForAll("expressions") Expression outer,
      @ForAll("expressions") Expression inner,
      @ForAll("assignments") Map<String, Long> symbols) {
    Dim composed = outer.dim().substitute(name -> name.equals("S") ? inner.dim() : Dim.symbol(name));
    Map<String, Long> changed =
        Map.of("B", symbols.get("B"), "T", symbols.get("T"), "S", inner.value(symbols));
    assertEquals(outer.value(changed), composed.evaluate(symbols));
  }

  @Property
  void ringLaws(
      @ForAll("expressions") Expression x, @ForAll("expressions") Expression y, @ForAll("expressions") Expression z) {
    Dim a = x.dim();
    Dim b = y.dim();
    Dim c = z.dim();
    assertEquals(a.plus(b), b.plus(a));
    assertEquals(a.times(b), b.times(a));
    assertEquals(a.plus(b).plus(c), a.plus(b.plus(c)));
    assertEquals(a.times(b).times(c), a.times(b.times(c)));
    assertEquals(a.times(b.plus(c)), a.times(b).plus(a.times(c)));
    assertEquals(Dim.ZERO, a.minus(a));
    assertEquals(a, a.plus(Dim.ZERO).times(Dim.ONE));
    assertEquals(Dim.ZERO, a.times(Dim.ZERO));
  }

  @Property
  void textComesBack(@ForAll("expressions") Expression expression) {
    Dim dim = expression.dim();
    assertEquals(dim, read(dim.toString()), dim::toString);
  }

  @Property
  void divisionUndoesMultiplication(
      @ForAll("expressions") Expression expression, @ForAll("expressions") Expression by) {
    Dim divisor = by.dim();
    if (divisor.terms().size() == 1) {
      assertEquals(Optional.of(expression.dim()), expression.dim().times(divisor).dividedBy(divisor));
    }
  }

  @Property
  void aQuotientTimesTheDivisorIsTheDividend(
      @ForAll("expressions") Expression expression, @ForAll("expressions") Expression by) {
    expression.dim().dividedBy(by.dim())
        .ifPresent(quotient -> assertEquals(expression.dim(), quotient.times(by.dim())));
  }

  @Property
  void ceilDivTakesWholePartsOut(
      @ForAll("expressions") Expression expression,
      @ForAll("expressions") Expression whole,
      @ForAll @LongRange(min = 1, max = 200) long divisor) {
    Dim dim = expression.dim();
    assertEquals(
        dim.ceilDiv(divisor).plus(whole.dim()), dim.plus(whole.dim().times(Dim.of(divisor))).ceilDiv(divisor));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      S                        | S
      2*B*S + 1                | 1 + S*2*B
      -S + 4                   | 4 - S
      -2*B - 3                 | -3 - B - B
      0                        | S - S
      B*B*S                    | S*B*B
      B*B - S*S                | (B - S)*(B + S)
      ceil(S/128)              | ceil(S/128)
      ceil((S + T)/2)          | ceil((T + S)/2)
      ceil((S - 1)/4) + 1      | ceil((S + 3)/4)
      2*S + ceil(T/128)        | ceil((256*S + T)/128)
      ceil(S/2)                | ceil(2*S/4)
      ceil((2*S - 1)/3)        | ceil((4*S - 3)/6)
      ceil(S/6)                | ceil(ceil(S/2)/3)
      ceil((S - 2)/6) + 1      | ceil((ceil(S/2) + 2)/3)
      S                        | ceil((128*S - 3)/128)
      B*ceil(S/8)              | ceil(S/8)*B
      -S + ceil(S/2)           | ceil(-S/2)
      ceil(3*S/4)              | ceil(-S/4) + S
      """)
  void normalForms(String normal, String written) {
    assertEquals(normal.strip(), read(written).toString());
  }

  @Test
  void constants() {
    assertTrue(Dim.of(7).isConstant());
    assertTrue(Dim.ZERO.isConstant());
    assertEquals(0, Dim.ZERO.constant());
    assertTrue(Dim.of(7).is(7));
    assertFalse(Dim.symbol("S").is(1));
    assertEquals("the extent S is symbolic",
        assertThrows(IllegalStateException.class, () -> Dim.symbol("S").constant()).getMessage());
  }

  @Test
  void divisionThatIsNoPolynomial() {
    Dim s = Dim.symbol("S");
    assertEquals(Optional.empty(), s.dividedBy(Dim.of(2)));
    assertEquals(Optional.empty(), s.dividedBy(Dim.symbol("B")));
    assertEquals(Optional.empty(), Dim.ONE.dividedBy(Dim.ZERO));
    assertEquals(Optional.empty(), Dim.ZERO.dividedBy(Dim.ZERO));
    assertEquals(Optional.of(Dim.ONE), s.plus(Dim.ONE).dividedBy(s.plus(Dim.ONE)));
    assertEquals(Optional.of(Dim.ZERO), Dim.ZERO.dividedBy(s));
  }

  @Test
  void symbols() {
    assertEquals(Set.of("B", "S"), read("2*B + ceil(S/8)").symbols());
    assertEquals("the size S has no value",
        assertThrows(IllegalArgumentException.class, () -> Dim.symbol("S").evaluate(Map.of())).getMessage());
  }

  @Test
  void overflowIsNoWrongNumber() {
    Dim large = Dim.of(Long.MAX_VALUE);
    assertThrows(ArithmeticException.class, () -> large.plus(Dim.ONE));
    assertThrows(ArithmeticException.class, () -> large.times(Dim.of(2)));
    assertThrows(ArithmeticException.class, () -> Dim.of(Long.MIN_VALUE));
    assertThrows(ArithmeticException.class, () -> Dim.symbol("S").times(Dim.symbol("S"))
        .evaluate(Map.of("S", 1L << 32)));
    assertThrows(IllegalArgumentException.class, () -> Dim.ONE.ceilDiv(0));
  }

  private static Dim read(String text) {
    return new TextReader(text, "dim", Registry.core()).dim();
  }
}
