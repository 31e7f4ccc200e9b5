package nibble.codegen.index;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import nibble.codegen.index.IndexTerm.Loaded;
import nibble.codegen.index.IndexTerm.Quotient;
import nibble.codegen.index.IndexTerm.Remainder;
import nibble.codegen.index.IndexTerm.Variable;
import nibble.ir.Value;
import nibble.ir.shape.Dim;

/**
 * An index: a linear combination of terms with extents as coefficients, in a normal form in which
 * {@code 32*(c/32) + c%32} is {@code c} and a quotient whose dividend is known to be small is gone. Indices are never
 * negative.
 *
 * @param terms coefficient of each term; none is zero
 * @param constant the rest
 */
public record IndexExpr(ImmutableMap<IndexTerm, Dim> terms, Dim constant) {
  public static final IndexExpr ZERO = of(Dim.ZERO);

  public static IndexExpr of(Dim constant) {
    return new IndexExpr(ImmutableMap.of(), constant);
  }

  public static IndexExpr of(long constant) {
    return of(Dim.of(constant));
  }

  public static IndexExpr variable(String name, Dim extent) {
    return extent.is(1) ? ZERO : term(new Variable(name, extent));
  }

  /** A number that is known to a kernel only while it runs. */
  public static IndexExpr loaded(Value number, Dim extent, Set<String> variables) {
    return extent.is(1) ? ZERO : term(new Loaded(number, extent, ImmutableSet.copyOf(variables)));
  }

  private static IndexExpr term(IndexTerm term) {
    return new IndexExpr(ImmutableMap.of(term, Dim.ONE), Dim.ZERO);
  }

  public boolean isConstant() {
    return terms.isEmpty();
  }

  public IndexExpr plus(IndexExpr other) {
    Map<IndexTerm, Dim> sum = new LinkedHashMap<>(terms);
    other.terms.forEach((term, coefficient) -> sum.merge(term, coefficient, Dim::plus));
    return normal(sum, constant.plus(other.constant));
  }

  public IndexExpr times(Dim factor) {
    if (factor.is(0)) {
      return ZERO;
    }
    Map<IndexTerm, Dim> product = new LinkedHashMap<>();
    terms.forEach((term, coefficient) -> product.put(term, coefficient.times(factor)));
    return normal(product, constant.times(factor));
  }

  /** {@code floor(this / divisor)}. */
  public IndexExpr dividedBy(Dim divisor) {
    if (divisor.is(1)) {
      return this;
    }
    Split split = split(divisor);
    return split.isSmall(divisor) ? split.whole : split.whole.plus(quotient(split.rest, divisor));
  }

  /** {@code this mod divisor}. */
  public IndexExpr modulo(Dim divisor) {
    if (divisor.is(1)) {
      return ZERO;
    }
    Split split = split(divisor);
    return split.isSmall(divisor) ? split.rest : remainder(split.rest, divisor);
  }

  private static IndexExpr quotient(IndexExpr dividend, Dim divisor) {
    if (dividend.isConstant() && dividend.constant.isConstant() && divisor.isConstant()) {
      return of(dividend.constant.constant() / divisor.constant());
    }
    return term(new Quotient(dividend, divisor));
  }

  private static IndexExpr remainder(IndexExpr dividend, Dim divisor) {
    if (dividend.isConstant() && dividend.constant.isConstant() && divisor.isConstant()) {
      return of(dividend.constant.constant() % divisor.constant());
    }
    return term(new Remainder(dividend, divisor));
  }

  /** {@code whole * divisor + rest}. */
  private record Split(IndexExpr whole, IndexExpr rest) {
    boolean isSmall(Dim divisor) {
      return Ranges.isLess(rest, divisor);
    }
  }

  private Split split(Dim divisor) {
    Map<IndexTerm, Dim> whole = new LinkedHashMap<>();
    Map<IndexTerm, Dim> rest = new LinkedHashMap<>();
    terms.forEach((term, coefficient) -> {
      Optional<Dim> quotient = coefficient.dividedBy(divisor);
      if (quotient.isPresent()) {
        whole.put(term, quotient.get());
      } else {
        rest.put(term, coefficient);
      }
    });
    Optional<Dim> quotient = constant.dividedBy(divisor);
    return new Split(
        normal(whole, quotient.orElse(Dim.ZERO)), normal(rest, quotient.isPresent() ? Dim.ZERO : constant));
  }

  private static IndexExpr normal(Map<IndexTerm, Dim> terms, Dim constant) {
    terms.values().removeIf(coefficient -> coefficient.is(0));
    for (IndexTerm term : terms.keySet()) {
      if (term instanceof Quotient quotient) {
        // d * q * (x / d) + q * (x % d) = q * x
        Remainder remainder = new Remainder(quotient.dividend(), quotient.divisor());
        Dim coefficient = terms.get(remainder);
        if (coefficient != null && terms.get(term).equals(coefficient.times(quotient.divisor()))) {
          return without(terms, term, remainder, constant).plus(quotient.dividend().times(coefficient));
        }
        Optional<IndexExpr> joined = joined(terms, quotient, constant);
        if (joined.isPresent()) {
          return joined.get();
        }
      }
    }
    return new IndexExpr(ImmutableMap.copyOf(terms), constant);
  }

  /**
   * {@code d * q * (x / (d * p)) + q * (x / p % d) = q * (x / p)}: the axes of a row-major index join again one by one.
   */
  private static Optional<IndexExpr> joined(Map<IndexTerm, Dim> terms, Quotient quotient, Dim constant) {
    for (IndexTerm term : terms.keySet()) {
      if (term instanceof Remainder remainder && remainder.dividend().isQuotientOf(quotient.dividend())) {
        Quotient inner = (Quotient) Iterables.getOnlyElement(remainder.dividend().terms.keySet());
        Dim coefficient = terms.get(term);
        boolean isNext = inner.divisor().times(remainder.divisor()).equals(quotient.divisor())
            && terms.get(quotient).equals(coefficient.times(remainder.divisor()));
        if (isNext) {
          IndexExpr joined = remainder.dividend().times(coefficient);
          return Optional.of(without(terms, quotient, remainder, constant).plus(joined));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether it is that over something, and nothing else. */
  private boolean isQuotientOf(IndexExpr dividend) {
    return constant.is(0) && terms.size() == 1 && terms.values().iterator().next().is(1)
        && terms.keySet().iterator().next() instanceof Quotient quotient && quotient.dividend().equals(dividend);
  }

  private static IndexExpr without(Map<IndexTerm, Dim> terms, IndexTerm one, IndexTerm other, Dim constant) {
    Map<IndexTerm, Dim> others = new LinkedHashMap<>(terms);
    others.remove(one);
    others.remove(other);
    return normal(others, constant);
  }

  /** The largest value, where one can be told; else 0. */
  public Dim most() {
    return Ranges.maximum(this).orElse(Dim.ZERO);
  }

  /** Replaces variables by expressions. */
  public IndexExpr substitute(Map<String, IndexExpr> values) {
    IndexExpr sum = of(constant);
    for (Map.Entry<IndexTerm, Dim> entry : terms.entrySet()) {
      IndexExpr value = switch (entry.getKey()) {
        case Variable variable -> values.getOrDefault(variable.name(), term(variable));
        case Loaded loaded -> term(loaded);
        case Quotient quotient -> quotient.dividend().substitute(values).dividedBy(quotient.divisor());
        case Remainder remainder -> remainder.dividend().substitute(values).modulo(remainder.divisor());
      };
      sum = sum.plus(value.times(entry.getValue()));
    }
    return sum;
  }

  /** The value where variables and symbolic sizes are given. */
  public long evaluate(Map<String, Long> variables, Map<String, Long> sizes) {
    long sum = constant.evaluate(sizes);
    for (Map.Entry<IndexTerm, Dim> entry : terms.entrySet()) {
      long value = switch (entry.getKey()) {
        case Variable variable -> variables.get(variable.name());
        case Loaded loaded -> throw new IllegalArgumentException("the value of " + loaded + " is not given");
        case Quotient quotient -> quotient.dividend().evaluate(variables, sizes) / quotient.divisor().evaluate(sizes);
        case Remainder rest -> rest.dividend().evaluate(variables, sizes) % rest.divisor().evaluate(sizes);
      };
      sum += value * entry.getValue().evaluate(sizes);
    }
    return sum;
  }

  @Override
  public String toString() {
    String sum = terms.entrySet().stream()
        .map(entry -> (entry.getValue().is(1) ? "" : "(" + entry.getValue() + ")*") + entry.getKey())
        .collect(Collectors.joining(" + "));
    return sum.isEmpty() ? constant.toString() : constant.is(0) ? sum : sum + " + " + constant;
  }
}
