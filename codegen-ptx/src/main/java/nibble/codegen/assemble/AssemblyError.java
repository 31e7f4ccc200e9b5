package nibble.codegen.assemble;

/**
 * An error that an assembler found.
 *
 * @param line the line of the PTX, from 1; 0 where it concerns the module as a whole
 * @param message what the assembler said
 * @param excerpt the line, with a caret below the word in question; empty where there is no line
 */
public record AssemblyError(int line, String message, String excerpt) {
  /** The error over several lines, for people. */
  public String describe() {
    return line == 0 ? "error: " + message : "error: " + message + "\n" + excerpt;
  }
}
