package nibble.codegen.ptx;

/** Two constants that an instruction takes together, such as the byte and the thread that supply a scale. */
public record ImmediatePair(int first, int second) implements Operand {
  @Override
  public String toString() {
    return "{" + first + ", " + second + "}";
  }
}
