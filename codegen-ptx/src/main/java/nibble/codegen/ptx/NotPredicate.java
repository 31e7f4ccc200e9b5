package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/** A negated predicate. */
public record NotPredicate(Register predicate) implements Operand {
  public NotPredicate {
    checkArgument(predicate.type() == RegisterType.PRED, "%s is no predicate", predicate);
  }

  @Override
  public String toString() {
    return "!" + predicate;
  }
}
