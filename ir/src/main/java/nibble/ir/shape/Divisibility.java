package nibble.ir.shape;

import com.google.common.math.LongMath;
import java.util.Map;

/**
 * The greatest number known to divide every value of an extent: {@code 8*S + 16} with {@code S multiple of 2} gives 16.
 */
public final class Divisibility {
  private Divisibility() {}

  /**
   * A divisor of every value that the extent has under assignments that the bounds allow. Zero has every divisor; it is
   * answered with 0.
   */
  public static long of(Dim dim, Map<String, SymbolBounds> bounds) {
    long divisor = 0;
    for (Map.Entry<Monomial, Long> term : dim.terms().entrySet()) {
      long known = Math.abs(term.getValue());
      for (Map.Entry<Atom, Integer> power : term.getKey().powers().entrySet()) {
        if (power.getKey() instanceof Atom.Symbol symbol && bounds.containsKey(symbol.name())) {
          known = times(known, bounds.get(symbol.name()).divisor(), power.getValue());
        }
      }
      divisor = LongMath.gcd(divisor, known);
    }
    return divisor;
  }

  /** The product, with as many of the factors as fit: a part of a divisor is one too. */
  private static long times(long known, long factor, int power) {
    long product = known;
    for (int i = 0; i < power && product <= Long.MAX_VALUE / factor; i++) {
      product *= factor;
    }
    return product;
  }
}
