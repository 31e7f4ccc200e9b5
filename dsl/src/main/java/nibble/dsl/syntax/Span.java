package nibble.dsl.syntax;

import nibble.ir.Location;
import nibble.ir.diagnostic.Diagnostic;

/**
 * A stretch of source text on one line; of text over several lines, its part on the first.
 *
 * @param file name of the file
 * @param line 1-based
 * @param column 1-based
 * @param length in columns, at least 1
 */
public record Span(String file, int line, int column, int length) {
  public Location location() {
    return Location.of(file, line, column);
  }

  /** An error that underlines this text. */
  public Diagnostic error(String message) {
    return Diagnostic.error(message, location()).underlining(length);
  }

  /** A warning that underlines this text. */
  public Diagnostic warning(String message) {
    return Diagnostic.warning(message, location()).underlining(length);
  }

  /** {@code 12:5}, for notes within one file. */
  public String position() {
    return line + ":" + column;
  }

  /** {@code 12:5}, or {@code layers.nib:12:5} where the text is in another file. */
  public String positionFrom(Span other) {
    return file.equals(other.file) ? position() : file + ":" + position();
  }
}
