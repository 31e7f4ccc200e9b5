package nibble.ir.shape;

import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** An extent as someone would write it, with its meaning by plain arithmetic: what {@link Dim} is compared with. */
public sealed interface Expression {
  record Number(long value) implements Expression {}

  record Name(String name) implements Expression {}

  record Sum(Expression left, Expression right) implements Expression {}

  record Difference(Expression left, Expression right) implements Expression {}

  record Product(Expression left, Expression right) implements Expression {}

  record Quotient(Expression numerator, long divisor) implements Expression {}

  /** The extent, by the operations of {@link Dim}. */
  default Dim dim() {
    return switch (this) {
      case Number number -> Dim.of(number.value());
      case Name name -> Dim.symbol(name.name());
      case Sum sum -> sum.left().dim().plus(sum.right().dim());
      case Difference difference -> difference.left().dim().minus(difference.right().dim());
      case Product product -> product.left().dim().times(product.right().dim());
      case Quotient quotient -> quotient.numerator().dim().ceilDiv(quotient.divisor());
    };
  }

  /** The number that it stands for. */
  default long value(Map<String, Long> symbols) {
    return switch (this) {
      case Number number -> number.value();
      case Name name -> symbols.get(name.name());
      case Sum sum -> sum.left().value(symbols) + sum.right().value(symbols);
      case Difference difference -> difference.left().value(symbols) - difference.right().value(symbols);
      case Product product -> product.left().value(symbols) * product.right().value(symbols);
      case Quotient quotient -> {
        double exact = (double) quotient.numerator().value(symbols) / quotient.divisor();
        yield (long) Math.ceil(exact);
      }
    };
  }

  /** Expressions over B, S and T, small enough that their values fit a double exactly. */
  static Arbitrary<Expression> expressions() {
    return Arbitraries.lazyOf(Expression::leaves, Expression::leaves, Expression::compounds);
  }

  private static Arbitrary<Expression> leaves() {
    return Arbitraries.oneOf(
        Arbitraries.of("B", "S", "T").map(Name::new),
        Arbitraries.longs().between(-9, 300).map(Number::new));
  }

  private static Arbitrary<Expression> compounds() {
    Arbitrary<Expression> part = Arbitraries.lazyOf(Expression::expressions);
    Arbitrary<Long> divisors = Arbitraries.oneOf(Arbitraries.longs().between(1, 6), Arbitraries.of(8L, 64L, 128L));
    return Arbitraries.oneOf(
        Combinators.combine(part, part).as(Sum::new),
        Combinators.combine(part, part).as(Difference::new),
        Combinators.combine(part, leaves()).as(Product::new),
        Combinators.combine(part, divisors).as(Quotient::new));
  }

  /** Values for B, S and T. */
  static Arbitrary<Map<String, Long>> assignments() {
    Arbitrary<Long> values = Arbitraries.longs().between(1, 70);
    return Combinators.combine(values, values, values).as((b, s, t) -> Map.of("B", b, "S", s, "T", t));
  }
}
