package nibble.ir.shape;

/** What a monomial multiplies: a symbol, or a quotient that is no polynomial. */
public sealed interface Atom extends Comparable<Atom> {
  /** A size whose value is known when a plan is made, or when a kernel is launched. */
  record Symbol(String name) implements Atom {
    @Override
    public String toString() {
      return name;
    }
  }

  /** {@code ceil(numerator / divisor)}, where the division is not exact for every value of the symbols. */
  record CeilDiv(Dim numerator, long divisor) implements Atom {
    @Override
    public String toString() {
      String text = numerator.toString();
      return "ceil(" + (numerator.terms().size() > 1 ? "(" + text + ")" : text) + "/" + divisor + ")";
    }
  }

  @Override
  default int compareTo(Atom other) {
    return toString().compareTo(other.toString());
  }
}
