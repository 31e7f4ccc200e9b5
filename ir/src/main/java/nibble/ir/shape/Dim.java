package nibble.ir.shape;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.Ordering;
import com.google.common.math.LongMath;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * An extent: an integer polynomial over symbols in normal form, such as {@code 384}, {@code S}, {@code 2*B*S + 1} or
 * {@code ceil(S/128)}. Polynomials are equal for every value of their symbols exactly when their normal forms are;
 * there is no decision procedure behind it that could time out. Rounded quotients are brought to a normal form as well
 * ({@link #ceilDiv}), which makes the usual ones equal but is no proof that different ones differ.
 *
 * <p>Arithmetic throws {@link ArithmeticException} where a coefficient leaves the range of a {@code long}.
 *
 * @param terms coefficient of each monomial; none is zero
 */
public record Dim(ImmutableSortedMap<Monomial, Long> terms) implements Comparable<Dim> {
  public static final Dim ZERO = new Dim(ImmutableSortedMap.of());
  public static final Dim ONE = of(1);

  public Dim {
    if (terms.containsValue(Long.MIN_VALUE)) {
      // Its magnitude has no text form.
      throw new ArithmeticException("the coefficient " + Long.MIN_VALUE + " is out of range");
    }
  }

  /** A constant extent. */
  public static Dim of(long value) {
    return value == 0 ? ZERO : new Dim(ImmutableSortedMap.of(Monomial.ONE, value));
  }

  /** The extent that a symbol stands for. */
  public static Dim symbol(String name) {
    return atom(new Atom.Symbol(name));
  }

  private static Dim atom(Atom atom) {
    return new Dim(ImmutableSortedMap.of(Monomial.of(atom), 1L));
  }

  public boolean isConstant() {
    return terms.isEmpty() || (terms.size() == 1 && terms.firstKey().equals(Monomial.ONE));
  }

  /** The value of a constant extent. */
  public long constant() {
    if (!isConstant()) {
      throw new IllegalStateException("the extent " + this + " is symbolic");
    }
    return terms.getOrDefault(Monomial.ONE, 0L);
  }

  /** Whether it is that constant. */
  public boolean is(long value) {
    return isConstant() && constant() == value;
  }

  /** The sum. */
  public Dim plus(Dim other) {
    SortedMap<Monomial, Long> sum = new TreeMap<>(terms);
    other.terms.forEach((monomial, coefficient) -> sum.merge(monomial, coefficient, Math::addExact));
    return normal(sum);
  }

  /** The difference. */
  public Dim minus(Dim other) {
    return plus(other.times(of(-1)));
  }

  /** The product. */
  public Dim times(Dim other) {
    SortedMap<Monomial, Long> product = new TreeMap<>();
    terms.forEach((m, c) -> other.terms.forEach(
        (n, d) -> product.merge(m.times(n), Math.multiplyExact(c, d), Math::addExact)));
    return normal(product);
  }

  /** The quotient, where it is a polynomial again: {@code 2*B*S / (2*B) = S}; the divisor must be a single term. */
  public Optional<Dim> dividedBy(Dim divisor) {
    if (divisor.terms.size() != 1) {
      return equals(divisor) && !terms.isEmpty() ? Optional.of(ONE) : Optional.empty();
    }
    Monomial by = divisor.terms.firstKey();
    long byCoefficient = divisor.terms.get(by);
    SortedMap<Monomial, Long> quotient = new TreeMap<>();
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      Optional<Monomial> monomial = term.getKey().dividedBy(by);
      if (monomial.isEmpty() || term.getValue() % byCoefficient != 0) {
        return Optional.empty();
      }
      quotient.put(monomial.get(), term.getValue() / byCoefficient);
    }
    return Optional.of(normal(quotient));
  }

  /**
   * {@code ceil(this / divisor)}: a polynomial where the division is exact, with an atom of its own otherwise. Whole
   * parts and common factors are taken out, and a quotient of a quotient is one, so that {@code ceil((256*S + T)/128)}
   * is {@code 2*S + ceil(T/128)}, {@code ceil(2*S/4)} is {@code ceil(S/2)} and {@code ceil(ceil(S/2)/3)} is
   * {@code ceil(S/6)}.
   */
  public Dim ceilDiv(long divisor) {
    if (divisor < 1) {
      throw new IllegalArgumentException("divisor " + divisor + " is not positive");
    }
    SortedMap<Monomial, Long> whole = new TreeMap<>();
    SortedMap<Monomial, Long> rest = new TreeMap<>();
    long factor = divisor;
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      long coefficient = term.getValue();
      boolean constant = term.getKey().equals(Monomial.ONE);
      // Coefficients of the rest are in [0, divisor); its constant is in (-divisor, 0], which a slice from 1 starts
      // with.
      long quotient = constant ? Math.ceilDiv(coefficient, divisor) : Math.floorDiv(coefficient, divisor);
      whole.put(term.getKey(), quotient);
      rest.put(term.getKey(), coefficient - quotient * divisor);
      factor = constant ? factor : LongMath.gcd(factor, rest.get(term.getKey()));
    }
    return normal(whole).plus(properQuotient(rest, divisor, factor));
  }

  /** {@code ceil(rest / divisor)} with a factor of the divisor that divides every coefficient but the constant. */
  private static Dim properQuotient(SortedMap<Monomial, Long> rest, long divisor, long factor) {
    // ceil((f a + c) / (f d)) = ceil((a + ceil(c / f)) / d) for integers.
    rest.replaceAll((monomial, coefficient) -> Math.ceilDiv(coefficient, factor));
    long by = divisor / factor;
    Dim numerator = normal(rest);
    if (numerator.isConstant() || by == 1) {
      return numerator.isConstant() ? of(Math.ceilDiv(numerator.constant(), by)) : numerator;
    }
    long constant = rest.getOrDefault(Monomial.ONE, 0L);
    Dim variable = numerator.minus(of(constant));
    if (variable.terms.size() == 1 && variable.terms.firstEntry().getValue() == 1
        && variable.terms.firstKey().only().orElse(null) instanceof Atom.CeilDiv inner) {
      // ceil((ceil(n / e) + c) / d) = ceil((n + c e) / (d e))
      Dim moved = of(Math.multiplyExact(constant, inner.divisor()));
      return inner.numerator().plus(moved).ceilDiv(Math.multiplyExact(by, inner.divisor()));
    }
    return atom(new Atom.CeilDiv(numerator, by));
  }

  /**
   * The value under an assignment of all symbols.
   *
   * @throws IllegalArgumentException where a symbol has no value
   * @throws ArithmeticException where the value is out of range
   */
  public long evaluate(Map<String, Long> symbols) {
    long sum = 0;
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      long product = term.getValue();
      for (Map.Entry<Atom, Integer> power : term.getKey().powers().entrySet()) {
        long value = evaluate(power.getKey(), symbols);
        for (int i = 0; i < power.getValue(); i++) {
          product = Math.multiplyExact(product, value);
        }
      }
      sum = Math.addExact(sum, product);
    }
    return sum;
  }

  private static long evaluate(Atom atom, Map<String, Long> symbols) {
    return switch (atom) {
      case Atom.Symbol symbol -> {
        Long value = symbols.get(symbol.name());
        if (value == null) {
          throw new IllegalArgumentException("the size " + symbol.name() + " has no value");
        }
        yield value;
      }
      case Atom.CeilDiv quotient -> Math.ceilDiv(quotient.numerator().evaluate(symbols), quotient.divisor());
    };
  }

  /** Replaces every symbol by an extent (by {@link #symbol} of its own name to leave it). */
  public Dim substitute(Function<String, Dim> replacement) {
    if (isConstant()) {
      return this;
    }
    Dim sum = ZERO;
    for (Map.Entry<Monomial, Long> term : terms.entrySet()) {
      Dim product = of(term.getValue());
      for (Map.Entry<Atom, Integer> power : term.getKey().powers().entrySet()) {
        Dim value = switch (power.getKey()) {
          case Atom.Symbol symbol -> replacement.apply(symbol.name());
          case Atom.CeilDiv quotient -> quotient.numerator().substitute(replacement).ceilDiv(quotient.divisor());
        };
        for (int i = 0; i < power.getValue(); i++) {
          product = product.times(value);
        }
      }
      sum = sum.plus(product);
    }
    return sum;
  }

  /** The names of all symbols in it. */
  public ImmutableSet<String> symbols() {
    ImmutableSet.Builder<String> names = ImmutableSet.builder();
    for (Monomial monomial : terms.keySet()) {
      for (Atom atom : monomial.powers().keySet()) {
        switch (atom) {
          case Atom.Symbol symbol -> names.add(symbol.name());
          case Atom.CeilDiv quotient -> names.addAll(quotient.numerator().symbols());
        }
      }
    }
    return names.build();
  }

  private static Dim normal(SortedMap<Monomial, Long> terms) {
    terms.values().removeIf(coefficient -> coefficient == 0);
    return new Dim(ImmutableSortedMap.copyOf(terms));
  }

  @Override
  public int compareTo(Dim other) {
    return Ordering.natural().compare(toString(), other.toString());
  }

  @Override
  public String toString() {
    if (terms.isEmpty()) {
      return "0";
    }
    StringBuilder text = new StringBuilder();
    // Highest degree first, the constant last, as one writes polynomials.
    for (Map.Entry<Monomial, Long> term : terms.descendingMap().entrySet()) {
      long coefficient = term.getValue();
      boolean first = text.isEmpty();
      text.append(coefficient < 0 ? (first ? "-" : " - ") : (first ? "" : " + "));
      long magnitude = Math.abs(coefficient);
      if (term.getKey().equals(Monomial.ONE)) {
        text.append(magnitude);
      } else {
        text.append(magnitude == 1 ? "" : magnitude + "*").append(term.getKey());
      }
    }
    return text.toString();
  }
}
