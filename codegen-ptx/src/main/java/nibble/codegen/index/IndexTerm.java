package nibble.codegen.index;

import nibble.ir.shape.Dim;

/** What an index expression multiplies. */
public sealed interface IndexTerm {
  /**
   * A variable of the iteration space.
   *
   * @param name unique in the kernel
   * @param extent it runs from 0 to this, exclusive
   */
  record Variable(String name, Dim extent) implements IndexTerm {
    @Override
    public String toString() {
      return name;
    }
  }

  /** {@code floor(dividend / divisor)} of a dividend that is not negative. */
  record Quotient(IndexExpr dividend, Dim divisor) implements IndexTerm {
    @Override
    public String toString() {
      return "(" + dividend + ") / (" + divisor + ")";
    }
  }

  /** {@code dividend mod divisor} of a dividend that is not negative. */
  record Remainder(IndexExpr dividend, Dim divisor) implements IndexTerm {
    @Override
    public String toString() {
      return "(" + dividend + ") % (" + divisor + ")";
    }
  }
}
