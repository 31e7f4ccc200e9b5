package nibble.codegen.ptx;

/** A place in the code that can be jumped to. */
public record Label(String name) implements Operand {
  public Label {
    Names.check(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
