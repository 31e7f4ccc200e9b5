package nibble.codegen.index;

import com.google.common.collect.ImmutableSet;
import nibble.ir.Value;
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

  /**
   * A number that a kernel has computed, such as a row of a table.
   *
   * @param number where it is
   * @param extent it is at least 0 and less than this
   * @param variables along which it varies
   */
  record Loaded(Value number, Dim extent, ImmutableSet<String> variables) implements IndexTerm {
    @Override
    public String toString() {
      return number.toString();
    }
  }

  /** {@code floor(dividend / divisor)} of a dividend that is not negative. */
  record Quotient(IndexExpr dividend, Dim divisor) implements IndexTerm {
    /** The largest value, where sizes are known. */
    public Dim largest() {
      return Ranges.maximum(this).orElseThrow();
    }

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
