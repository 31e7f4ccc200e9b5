package nibble.ir;

import java.util.Optional;

/** Operands or regions that an op does not take: the cause in one sentence and, where there is one, a hint. */
public final class TypeRuleException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String hint;

  /** A cause, one sentence without a full stop. */
  public TypeRuleException(String message) {
    this(message, null);
  }

  /** A cause and what to do about it. */
  public TypeRuleException(String message, String hint) {
    super(message);
    this.hint = hint;
  }

  /** What to do about it. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
