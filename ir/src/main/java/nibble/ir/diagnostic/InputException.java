package nibble.ir.diagnostic;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Location;

/** Input of the user that can't be accepted: all that is wrong with it. Shown without a stack trace. */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient ImmutableList<Diagnostic> diagnostics;

  public InputException(List<Diagnostic> diagnostics) {
    super(diagnostics.isEmpty() ? "" : diagnostics.getFirst().message());
    this.diagnostics = ImmutableList.copyOf(diagnostics);
  }

  public InputException(Diagnostic diagnostic) {
    this(List.of(diagnostic));
  }

  /** A complaint without a place. */
  public InputException(String message) {
    this(Diagnostic.error(message, Location.UNKNOWN));
  }

  /** A complaint without a place, with a hint. */
  public InputException(String message, String hint) {
    this(Diagnostic.error(message, Location.UNKNOWN).hint(hint));
  }

  public ImmutableList<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
