package nibble.codegen.ptx;

/**
 * A virtual register of a kernel.
 *
 * @param type what it is declared with
 * @param index which of the kernel's registers of that type
 */
public record Register(RegisterType type, int index) implements Operand, AddressBase {
  /** The predicate's negation, for operands and guards. */
  public NotPredicate not() {
    return new NotPredicate(this);
  }

  @Override
  public String toString() {
    return "%" + type.prefix() + index;
  }
}
