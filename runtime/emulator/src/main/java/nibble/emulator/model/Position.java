package nibble.emulator.model;

/** A place in PTX text; line and column count from one. */
public record Position(int line, int column) {
  @Override
  public String toString() {
    return line + ":" + column;
  }
}
