package nibble.ir.shape;

/**
 * What is known of a symbol besides its name.
 *
 * @param name the symbol
 * @param minimum the least value, at least 1
 * @param divisor a number that divides every value: what vectorised memory access needs to know
 */
public record SymbolBounds(String name, long minimum, long divisor) {
  public SymbolBounds {
    if (minimum < 1 || divisor < 1) {
      throw new IllegalArgumentException("size " + name + " needs a positive minimum and divisor");
    }
  }

  public static SymbolBounds of(String name) {
    return new SymbolBounds(name, 1, 1);
  }

  /** Whether the symbol may have this value. */
  public boolean allows(long value) {
    return value >= minimum && value % divisor == 0;
  }

  @Override
  public String toString() {
    return name + (minimum > 1 ? " min " + minimum : "") + (divisor > 1 ? " multiple of " + divisor : "");
  }
}
