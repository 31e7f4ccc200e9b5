package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;

/**
 * The command line is wrong: a value is not of its form, or names something that Nibble does not have. What a file
 * says, lacks or does not have is an {@link InputException}.
 */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient ImmutableList<Diagnostic> diagnostics;

  private UsageException(List<Diagnostic> diagnostics) {
    super(diagnostics.getFirst().message());
    this.diagnostics = ImmutableList.copyOf(diagnostics);
  }

  UsageException(String message, String hint) {
    this(new InputException(message, hint).diagnostics());
  }

  /** What reads a value; where it refuses, the command line is wrong. */
  static <T> T reading(Supplier<T> value) {
    try {
      return value.get();
    } catch (InputException e) {
      throw new UsageException(e.diagnostics());
    }
  }

  ImmutableList<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
