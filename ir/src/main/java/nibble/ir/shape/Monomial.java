package nibble.ir.shape;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * A product of atoms with positive powers; the empty product is 1.
 *
 * @param powers power of each atom
 */
public record Monomial(ImmutableSortedMap<Atom, Integer> powers) implements Comparable<Monomial> {
  public static final Monomial ONE = new Monomial(ImmutableSortedMap.of());

  static Monomial of(Atom atom) {
    return new Monomial(ImmutableSortedMap.of(atom, 1));
  }

  Monomial times(Monomial other) {
    SortedMap<Atom, Integer> product = new TreeMap<>(powers);
    other.powers.forEach((atom, power) -> product.merge(atom, power, Integer::sum));
    return new Monomial(ImmutableSortedMap.copyOf(product));
  }

  Optional<Monomial> dividedBy(Monomial other) {
    SortedMap<Atom, Integer> quotient = new TreeMap<>(powers);
    for (Map.Entry<Atom, Integer> factor : other.powers.entrySet()) {
      int left = quotient.getOrDefault(factor.getKey(), 0) - factor.getValue();
      if (left < 0) {
        return Optional.empty();
      }
      if (left == 0) {
        quotient.remove(factor.getKey());
      } else {
        quotient.put(factor.getKey(), left);
      }
    }
    return Optional.of(new Monomial(ImmutableSortedMap.copyOf(quotient)));
  }

  /** The atom that it is, where it is no product. */
  Optional<Atom> only() {
    return degree() == 1 ? Optional.of(powers.firstKey()) : Optional.empty();
  }

  private int degree() {
    int degree = 0;
    for (int power : powers.values()) {
      degree += power;
    }
    return degree;
  }

  @Override
  public int compareTo(Monomial other) {
    int degree = degree();
    int byDegree = Integer.compare(degree, other.degree());
    // Most are 1: their text, which is costly, need not be made.
    return byDegree != 0 || degree == 0 ? byDegree : other.toString().compareTo(toString());
  }

  @Override
  public String toString() {
    StringJoiner product = new StringJoiner("*");
    powers.forEach((atom, power) -> {
      for (int i = 0; i < power; i++) {
        product.add(atom.toString());
      }
    });
    return product.toString();
  }
}
