package nibble.emulator.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nibble.emulator.Problem;
import nibble.emulator.PtxException;
import nibble.emulator.model.Position;

/** Collects the problems of one file, so that all of them are told at once. */
public final class Diagnostics {
  /** More problems than this are of no help to anybody. */
  private static final int LIMIT = 50;

  private final SourceText source;
  private final List<Problem> problems = new ArrayList<>();

  public Diagnostics(SourceText source) {
    this.source = source;
  }

  /** The text that the problems are of. */
  public SourceText source() {
    return source;
  }

  /** Notes a problem. */
  public void error(Position position, String message) {
    add(position, message, Optional.empty());
  }

  /** Notes a problem and what would help. */
  public void error(Position position, String message, String hint) {
    add(position, message, Optional.of(hint));
  }

  /** Notes a problem of an instruction. */
  public void error(Position position, Rejection rejection) {
    add(position, rejection.getMessage(), rejection.hint());
  }

  private void add(Position position, String message, Optional<String> hint) {
    if (problems.size() < LIMIT) {
      String excerpt = source.line(position.line());
      problems.add(new Problem(source.file(), position.line(), position.column(), message, hint, excerpt));
    }
  }

  /** Whether anything was noted. */
  public boolean hasErrors() {
    return !problems.isEmpty();
  }

  /** Throws what was noted, if anything was. */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      problems.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
      throw new PtxException(problems);
    }
  }
}
