package nibble.passes;

import nibble.ir.bound.ErrorModel;

/**
 * What a pass does to the numbers. It is a promise that {@link nibble.passes.validate.Validator} holds the pass to, by
 * interpreting the program before and after it.
 */
public sealed interface NumericEffect {
  /** The three promises, as {@link PassInfo} names them. */
  enum Kind {
    EXACT,
    BOUNDED,
    CHANGES_ON_PURPOSE
  }

  Kind kind();

  /** For people. */
  String text();

  /**
   * The program means the same: exact interpretation gives the same results, but for f64 sums in another order. And it
   * rounds no worse: faithful interpretation stays within the rounding errors that the program had before.
   */
  record Exact() implements NumericEffect {
    @Override
    public Kind kind() {
      return Kind.EXACT;
    }

    @Override
    public String text() {
      return "exact";
    }
  }

  /**
   * The program means almost the same: exact interpretation stays within the running error bound that the program
   * before the pass has under an error model: {@link FunctionErrors}, of a pass that replaces a function by an
   * approximation.
   *
   * @param by what bounds the change, for people
   * @param model the errors that the pass may add
   */
  record Bounded(String by, ErrorModel model) implements NumericEffect {
    @Override
    public Kind kind() {
      return Kind.BOUNDED;
    }

    @Override
    public String text() {
      return "bounded by " + by;
    }
  }

  /**
   * The program's numbers change, which is what the pass is for; it leaves a {@link Decision} for each change.
   *
   * @param addsState whether functions may get further parameters and results, behind their own, that carry state from
   *     one run to the next; zeros at first
   */
  record ChangesOnPurpose(boolean addsState) implements NumericEffect {
    /** Of the numbers alone. */
    public ChangesOnPurpose() {
      this(false);
    }

    @Override
    public Kind kind() {
      return Kind.CHANGES_ON_PURPOSE;
    }

    @Override
    public String text() {
      return "changes on purpose, with decision records";
    }
  }
}
