package nibble.codegen.index;

import com.google.common.math.LongMath;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexTerm.Loaded;
import nibble.codegen.index.IndexTerm.Quotient;
import nibble.codegen.index.IndexTerm.Remainder;
import nibble.codegen.index.IndexTerm.Variable;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.SymbolBounds;

/**
 * What happens to an index while one variable runs through an aligned group of {@code width} values: whether the index
 * is constant, or counts along, and what divides it at the start of a group.
 *
 * @param variable the variable that runs
 * @param width size of a group, a power of two
 * @param symbols what is known of symbolic sizes
 */
public record VectorWidth(String variable, long width, Map<String, SymbolBounds> symbols) {

  /** Whether each group of the variable touches consecutive elements, the first at a multiple of the width. */
  public boolean isVector(IndexExpr index) {
    return slope(index).filter(slope -> slope.is(1)).isPresent() && divisor(index) % width == 0;
  }

  /** Whether the index is the same throughout each group. */
  public boolean isConstant(IndexExpr index) {
    return slope(index).filter(slope -> slope.is(0)).isPresent();
  }

  /** The step of the index for each step of the variable inside a group, where there is one. */
  private Optional<Dim> slope(IndexExpr index) {
    Dim sum = Dim.ZERO;
    for (Map.Entry<IndexTerm, Dim> entry : index.terms().entrySet()) {
      Optional<Dim> slope = slope(entry.getKey());
      if (slope.isEmpty()) {
        return Optional.empty();
      }
      sum = sum.plus(slope.get().times(entry.getValue()));
    }
    return Optional.of(sum);
  }

  private Optional<Dim> slope(IndexTerm term) {
    return switch (term) {
      case Variable v -> Optional.of(v.name().equals(variable) ? Dim.ONE : Dim.ZERO);
      case Loaded loaded -> loaded.variables().contains(variable) ? Optional.empty() : Optional.of(Dim.ZERO);
      case Quotient quotient -> staysInside(quotient.dividend(), quotient.divisor()).map(slope -> Dim.ZERO);
      case Remainder remainder -> staysInside(remainder.dividend(), remainder.divisor());
    };
  }

  /** The slope of a dividend that does not cross a multiple of the divisor inside a group. */
  private Optional<Dim> staysInside(IndexExpr dividend, Dim divisor) {
    Optional<Dim> slope = slope(dividend);
    boolean still = slope.filter(s -> s.is(0)).isPresent();
    boolean aligned = isVector(dividend) && Divisibility.of(divisor, symbols) % width == 0;
    return still || aligned ? slope : Optional.empty();
  }

  /** A number that divides the index whenever the variable is at the start of a group. */
  private long divisor(IndexExpr index) {
    long divisor = Divisibility.of(index.constant(), symbols);
    for (Map.Entry<IndexTerm, Dim> entry : index.terms().entrySet()) {
      long known = switch (entry.getKey()) {
        case Variable v -> v.name().equals(variable) ? width : 1;
        case Loaded loaded -> 1;
        case Quotient quotient -> 1;
        case Remainder remainder ->
            LongMath.gcd(divisor(remainder.dividend()), Divisibility.of(remainder.divisor(), symbols));
      };
      divisor = LongMath.gcd(divisor, known * Divisibility.of(entry.getValue(), symbols));
    }
    return divisor;
  }
}
