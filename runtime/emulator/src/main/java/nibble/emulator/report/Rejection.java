package nibble.emulator.report;

import java.util.Optional;

/**
 * Something wrong with one statement, thrown to whoever knows where the statement stands. It never leaves the machine.
 */
public final class Rejection extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Optional<String> hint;

  public Rejection(String message) {
    this(message, Optional.empty());
  }

  public Rejection(String message, Optional<String> hint) {
    super(message, null, false, false);
    this.hint = hint;
  }

  public Optional<String> hint() {
    return hint;
  }
}
