package nibble.ir.diagnostic;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Location;

/**
 * One message about the user's input.
 *
 * @param severity error or warning
 * @param message the cause, one sentence without a full stop
 * @param location where; {@link Location#UNKNOWN} where there is no place
 * @param length how many columns to underline, at least 1
 * @param notes further facts, such as the two shapes that differ
 * @param hint what to do about it
 */
public record Diagnostic(
    Severity severity,
    String message,
    Location location,
    int length,
    ImmutableList<String> notes,
    Optional<String> hint) {

  /** How bad it is. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /** An error; parts are added by the methods below. */
  public static Diagnostic error(String message, Location location) {
    return new Diagnostic(Severity.ERROR, message, location, 1, ImmutableList.of(), Optional.empty());
  }

  /** A warning. */
  public static Diagnostic warning(String message, Location location) {
    return new Diagnostic(Severity.WARNING, message, location, 1, ImmutableList.of(), Optional.empty());
  }

  /** The same with so many columns underlined, at least 1. */
  public Diagnostic underlining(int columns) {
    return new Diagnostic(severity, message, location, Math.max(1, columns), notes, hint);
  }

  /** The same with a further fact. */
  public Diagnostic note(String note) {
    return new Diagnostic(
        severity, message, location, length,
        ImmutableList.<String>builder().addAll(notes).add(note).build(), hint);
  }

  /** The same with what to do about it. */
  public Diagnostic hint(String text) {
    return new Diagnostic(severity, message, location, length, notes, Optional.of(text));
  }
}
