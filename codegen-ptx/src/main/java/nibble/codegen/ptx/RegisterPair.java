package nibble.codegen.ptx;

/** A value and a predicate that one instruction sets, written {@code value|predicate}. */
public record RegisterPair(Register value, Register predicate) implements Operand {
  @Override
  public String toString() {
    return value + "|" + predicate;
  }
}
