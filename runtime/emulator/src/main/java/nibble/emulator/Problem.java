package nibble.emulator;

import java.util.Optional;

/**
 * Something wrong in PTX text.
 *
 * @param file the name under which the text was loaded
 * @param line from one; 0 where the problem is of the whole file
 * @param column from one
 * @param message the cause, in one sentence
 * @param hint what would help, where the machine knows
 * @param excerpt the source line
 */
public record Problem(String file, int line, int column, String message, Optional<String> hint, String excerpt) {
  /** Place, cause, source line with a caret, hint. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line).append(':').append(column);
    }
    text.append(": error: ").append(message);
    if (!excerpt.isBlank()) {
      String flat = excerpt.replace('\t', ' ');
      text.append("\n  ").append(flat.stripTrailing());
      text.append("\n  ").append(" ".repeat(Math.max(0, Math.min(column - 1, flat.length())))).append('^');
    }
    hint.ifPresent(it -> text.append("\n  hint: ").append(it));
    return text.toString();
  }
}
