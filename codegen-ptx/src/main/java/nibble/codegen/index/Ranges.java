package nibble.codegen.index;

import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexTerm.Loaded;
import nibble.codegen.index.IndexTerm.Quotient;
import nibble.codegen.index.IndexTerm.Remainder;
import nibble.codegen.index.IndexTerm.Variable;
import nibble.ir.shape.Dim;

/**
 * Upper bounds of index expressions, as polynomials over sizes of which nothing is known but that they are at least 1.
 */
final class Ranges {
  private Ranges() {}

  /** Whether an expression is provably less than an extent. */
  static boolean isLess(IndexExpr expr, Dim extent) {
    return maximum(expr).filter(max -> isPositive(extent.minus(max))).isPresent();
  }

  /** The largest value, where one can be told. */
  static Optional<Dim> maximum(IndexExpr expr) {
    Dim sum = expr.constant();
    for (Map.Entry<IndexTerm, Dim> entry : expr.terms().entrySet()) {
      Optional<Dim> largest = maximum(entry.getKey());
      if (largest.isEmpty() || !isPositive(entry.getValue())) {
        return Optional.empty();
      }
      sum = sum.plus(largest.get().times(entry.getValue()));
    }
    return Optional.of(sum);
  }

  static Optional<Dim> maximum(IndexTerm term) {
    return switch (term) {
      case Variable variable -> Optional.of(variable.extent().minus(Dim.ONE));
      case Loaded loaded -> Optional.of(loaded.extent().minus(Dim.ONE));
      case Remainder remainder -> Optional.of(remainder.divisor().minus(Dim.ONE));
      case Quotient quotient -> maximum(quotient.dividend()).flatMap(max -> ceilingLess(max, quotient.divisor()));
    };
  }

  /** {@code floor(max / divisor)}, by way of {@code (max + 1) / divisor - 1} where that is exact. */
  private static Optional<Dim> ceilingLess(Dim max, Dim divisor) {
    if (max.isConstant() && divisor.isConstant()) {
      return Optional.of(Dim.of(Math.floorDiv(max.constant(), divisor.constant())));
    }
    return max.plus(Dim.ONE).dividedBy(divisor).map(count -> count.minus(Dim.ONE));
  }

  /**
   * Whether a polynomial is positive for all sizes of at least 1: each size is replaced by 1 plus something that is not
   * negative, after which no coefficient may be negative and the constant must be positive.
   */
  static boolean isPositive(Dim dim) {
    Dim shifted = dim.substitute(name -> Dim.symbol(name).plus(Dim.ONE));
    boolean noneNegative = shifted.terms().values().stream().allMatch(coefficient -> coefficient >= 0);
    Dim atZero = shifted.substitute(name -> Dim.ZERO);
    return noneNegative && atZero.isConstant() && atZero.constant() > 0;
  }
}
