package nibble.emulator.model;

/** The line of the program that was compiled to PTX, as {@code .loc} and {@code .file} give it. */
public record SourceLine(String file, int line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
